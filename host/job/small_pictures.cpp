#include "job/small_pictures.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <string_view>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::seconds k_patience_with_small{5};

// Below the limit, and together below theirs.
std::size_t most_bytes_of(std::size_t most, std::size_t count)
{
  return std::min(most, SmallPictures::k_together / count - 1);
}

// The whole of it; empty if it is no JPEG, or larger than it may be. What made it is not trusted.
std::string jpeg_in(const Descriptor& file, std::size_t most)
{
  struct stat status {
  };
  if (::fstat(file.number(), &status) != 0 || status.st_size <= 0
      || static_cast<std::size_t>(status.st_size) > most) {
    return {};
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  if (::pread(file.number(), bytes.data(), bytes.size(), 0) != status.st_size
      || !bytes.starts_with("\xff\xd8\xff")) {
    return {};
  }
  return bytes;
}

} // namespace

SmallPictures::SmallPictures(Loop& loop, std::vector<std::filesystem::path> files,
                             std::function<void(Made)> told)
  : SmallPictures(loop, std::move(files), std::move(told), Room())
{
}

SmallPictures::SmallPictures(Loop& loop, std::vector<std::filesystem::path> files,
                             std::function<void(Made)> told, Room room)
  : m_loop(loop), m_files(std::move(files)), m_room(room),
    m_count(std::min(m_files.size(), k_most)), m_told(std::move(told))
{
  m_patience = m_loop.after(k_patience_with_small, [this] {
    failed(fmt::format("it took longer than {} s", k_patience_with_small.count()));
    finish();
  });
  m_first = m_loop.after(std::chrono::milliseconds(0), [this] { next(); });
}

SmallPictures::~SmallPictures() = default;

void SmallPictures::next()
{
  while (m_next < m_count && !m_process) {
    begin(m_files[m_next]);
  }
  if (!m_process) {
    finish();
  }
}

void SmallPictures::begin(const std::filesystem::path& file)
{
  const Descriptor picture(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!picture) {
    failed(std::strerror(errno));
    ++m_next;
    return;
  }
  m_jpeg = Descriptor(::memfd_create("limn-small-picture", MFD_CLOEXEC));
  auto process = ViewerProcess::start(SmallJpegOrder{{m_room.longest_side, m_room.longest_side},
                                                     most_bytes_of(m_room.most_bytes, m_count)},
                                      picture.number(), m_jpeg.number());
  if (!process) {
    failed(process.error().message);
    ++m_next;
    return;
  }
  m_process = std::move(*process);
  m_watch = m_loop.watch(m_process->descriptor(), Events::readable, [this](Events) {
    if (m_process->has_ended()) {
      took_end();
    }
  });
}

void SmallPictures::took_end()
{
  m_watch.end();
  const auto end = std::exchange(m_process, nullptr)->end();
  auto jpeg =
    end.was_shown ? jpeg_in(m_jpeg, most_bytes_of(m_room.most_bytes, m_count)) : std::string();
  if (!jpeg.empty()) {
    m_made.jpegs.push_back(std::move(jpeg));
  } else {
    failed(end.words.empty() ? "the picture cannot be shown" : end.words);
  }
  ++m_next;
  next();
}

// Of the picture that is next. The first of several tells enough.
void SmallPictures::failed(std::string_view why)
{
  if (m_made.problem.empty() && m_next < m_files.size()) {
    m_made.problem = fmt::format("{}: {}", m_files[m_next].filename().string(), why);
  }
}

void SmallPictures::finish()
{
  m_patience.cancel();
  m_watch.end();
  m_process.reset();
  if (m_made.problem.empty() && m_files.size() > m_count) {
    m_made.problem =
      fmt::format("only the first {} of {} pictures have one", m_count, m_files.size());
  }
  const auto told = std::move(m_told); // which may end this
  told(std::move(m_made));
}

} // namespace limn
