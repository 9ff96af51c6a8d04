#include "serve/thumbnails.hpp"

#include "base/descriptor.hpp"
#include "base/files.hpp"
#include "base/paths.hpp"
#include "serve/page_room.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_made_at_once = 2;
constexpr std::size_t k_most_wanted = 400; // more nobody looks at: the oldest are given up
constexpr int k_look_for_room_every = 128;
constexpr std::size_t k_most_thumbnail_bytes = 60'000;
constexpr FolderRoom k_thumbnail_room{std::uintmax_t{256} << 20U, std::chrono::hours(24 * 365)};

std::filesystem::path thumbnail_file(const std::filesystem::path& folder, const std::string& id)
{
  return folder / (id + ".jpg");
}

std::string thumbnail_in(const std::filesystem::path& path)
{
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {
  };
  if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)
      || status.st_size <= 0 || std::cmp_greater(status.st_size, k_most_thumbnail_bytes)) {
    return {};
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  return ::pread(file.number(), bytes.data(), bytes.size(), 0) == status.st_size ? bytes : "";
}

struct Found {
  std::string jpeg; // empty: none is there, and
  std::optional<std::filesystem::path> file;
};

} // namespace

std::filesystem::path cache_folder()
{
  return xdg_folder("XDG_CACHE_HOME", ".cache") / "limn";
}

Thumbnails::Thumbnails(Loop& loop)
  : m_loop(loop), m_folder(cache_folder() / "thumbnails"), m_disk(loop)
{
}

std::uint64_t Thumbnails::get(const std::string& id,
                              std::function<std::optional<std::filesystem::path>()> file, Told told)
{
  const auto asked = ++m_last;
  m_looked_for[asked] = {asked, id, {}, std::move(told)};
  m_disk.run(
    [path = thumbnail_file(m_folder, id), file = std::move(file)] {
      Found found{thumbnail_in(path), std::nullopt};
      if (found.jpeg.empty()) {
        found.file = file();
      }
      return found;
    },
    [this, asked](Found found) {
      auto wanted = m_looked_for.extract(asked);
      if (wanted.empty()) {
        return;
      }
      if (!found.jpeg.empty() || !found.file) {
        wanted.mapped().told(found.jpeg);
        return;
      }
      wanted.mapped().file = std::move(*found.file);
      m_waiting.push_front(std::move(wanted.mapped()));
      if (m_waiting.size() > k_most_wanted) {
        const auto given_up = std::move(m_waiting.back());
        m_waiting.pop_back();
        given_up.told({});
      }
      next();
    });
  return asked;
}

void Thumbnails::let_go(std::uint64_t asked)
{
  m_looked_for.erase(asked);
  std::erase_if(m_waiting, [&](const Wanted& wanted) { return wanted.asked == asked; });
  if (const auto making = m_making.find(asked); making != m_making.end()) {
    making->second.wanted.told = [](const std::string&) {}; // it is kept all the same
  }
}

void Thumbnails::next()
{
  while (m_making.size() < k_made_at_once && !m_waiting.empty()) {
    const auto asked = m_waiting.front().asked;
    auto& making = m_making[asked];
    making.wanted = std::move(m_waiting.front());
    m_waiting.pop_front();
    making.process = std::make_unique<SmallPictures>(
      m_loop, std::vector{making.wanted.file},
      [this, asked](SmallPictures::Made made_ones) {
        made(asked, made_ones.jpegs.empty() ? "" : std::move(made_ones.jpegs.front()));
      },
      SmallPictures::Room{k_side, k_most_thumbnail_bytes});
  }
}

void Thumbnails::made(std::uint64_t asked, std::string jpeg)
{
  const auto making = m_making.extract(asked);
  making.mapped().wanted.told(jpeg);
  if (!jpeg.empty()) {
    const bool looks_for_room = m_since_room++ % k_look_for_room_every == 0;
    m_disk.run(
      [folder = m_folder, id = making.mapped().wanted.id, jpeg = std::move(jpeg), looks_for_room] {
        if (!make_private_folder(folder)) {
          return; // it is made again
        }
        if (looks_for_room) {
          make_room(folder, k_thumbnail_room);
        }
        static_cast<void>(replace_file(thumbnail_file(folder, id), jpeg));
      });
  }
  next();
}

void Thumbnails::forget(const std::string& id)
{
  m_disk.run([path = thumbnail_file(m_folder, id)] {
    std::error_code error;
    std::filesystem::remove(path, error);
  });
}

} // namespace limn
