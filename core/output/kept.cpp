#include "output/kept.hpp"

#include "base/descriptor.hpp"
#include "base/failure_texts.hpp"
#include "output/folder.hpp"
#include "output/image_file.hpp"
#include "picture/image_header.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

namespace limn {

namespace {

// A regular file, locked against others who would move it and against listing it half.
class LockedFile : public ByteSource
{
public:
  explicit LockedFile(const std::filesystem::path& path)
  {
    // A lock for oneself wants a file that is open for writing, on some network file systems.
    // Non-blocking: a pipe in there must not hold anybody up.
    constexpr int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    m_file = Descriptor(::open(path.c_str(), O_RDWR | flags));
    if (!m_file) {
      m_file = Descriptor(::open(path.c_str(), O_RDONLY | flags));
    }
    const bool is_locked_out = m_file && ::flock(m_file.number(), LOCK_EX | LOCK_NB) != 0
                               && (errno == EWOULDBLOCK || errno == EAGAIN);
    // It may have been moved between the opening and the lock.
    struct stat by_name {
    };
    m_is_ours = m_file && !is_locked_out && ::fstat(m_file.number(), &m_status) == 0
                && S_ISREG(m_status.st_mode) && ::lstat(path.c_str(), &by_name) == 0
                && by_name.st_ino == m_status.st_ino && by_name.st_dev == m_status.st_dev;
  }

  bool is_ours() const { return m_is_ours; }
  int descriptor() const { return m_file.number(); }
  std::chrono::system_clock::time_point time() const
  {
    return std::chrono::system_clock::from_time_t(m_status.st_mtim.tv_sec);
  }

  std::uint64_t size() const override { return static_cast<std::uint64_t>(m_status.st_size); }
  std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const override
  {
    return read_fully_at(m_file.number(), offset, into);
  }

private:
  Descriptor m_file;
  bool m_is_ours = false;
  struct stat m_status {
  };
};

bool is_left_over(const std::filesystem::path& path)
{
  const auto name = path.filename().string();
  return name.size() == k_part_prefix.size() + 6 + k_part_suffix.size()
         && name.starts_with(k_part_prefix) && name.ends_with(k_part_suffix);
}

std::optional<KeptFile> described(const std::filesystem::path& path)
{
  const LockedFile file(path);
  if (!file.is_ours()) {
    return std::nullopt;
  }
  KeptFile kept;
  kept.path = path;
  kept.bytes = file.size();
  kept.time = file.time();
  kept.format = format_of(file);
  if (const auto header = inspect_image(file)) {
    kept.size = header->size;
  } else {
    kept.damage = header.error();
  }
  return kept;
}

Done look_into(const std::filesystem::path& folder, bool (*is_wanted)(const std::filesystem::path&),
               std::vector<KeptFile>& files)
{
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const auto& path = entries->path();
    if (!is_wanted(path)) {
      continue;
    }
    if (auto kept = described(path)) {
      files.push_back(std::move(*kept));
    }
  }
  if (error && error != std::errc::no_such_file_or_directory
      && error != std::errc::not_a_directory) {
    return fail(FailureClass::not_saved,
                fmt::format("cannot read the folder {}: {}", folder.string(), error.message()));
  }
  return {};
}

// What it may be called: not hidden, not an option to a command, and without what the bytes decide.
std::string visible_stem(const std::filesystem::path& path, const std::string& extension)
{
  auto name = stem_of(path.filename().string());
  for (const auto& suffix : {std::string(k_part_suffix), "." + extension}) {
    if (name.ends_with(suffix)) {
      name.resize(name.size() - suffix.size());
    }
  }
  name.erase(0, name.find_first_not_of(".-"));
  return name.empty() ? "image" : name;
}

// That of its bytes; the text of an answer keeps its own.
std::string extension_for(const KeptFile& kept)
{
  if (kept.format) {
    return std::string(extension_of(*kept.format));
  }
  const auto own = kept.path.extension().string();
  return own.size() > 1 ? own.substr(1) : "part";
}

} // namespace

Result<std::vector<KeptFile>> kept_files(const std::filesystem::path& recovered,
                                         const std::set<std::filesystem::path>& folders)
{
  std::vector<KeptFile> files;
  LIMN_TRY(look_into(
    recovered, [](const std::filesystem::path&) { return true; }, files));
  for (const auto& folder : folders) {
    if (folder != recovered) {
      LIMN_TRY(look_into(folder, is_left_over, files));
    }
  }
  std::sort(files.begin(), files.end(), [](const KeptFile& one, const KeptFile& other) {
    return std::tie(one.time, one.path) < std::tie(other.time, other.path);
  });
  return files;
}

std::vector<KeptFile> described(const std::vector<std::filesystem::path>& paths)
{
  std::vector<KeptFile> files;
  for (const auto& path : paths) {
    if (auto file = described(path)) {
      files.push_back(std::move(*file));
    }
  }
  return files;
}

Result<std::filesystem::path> move_kept(const KeptFile& kept, const std::filesystem::path& folder)
{
  const LockedFile file(kept.path);
  if (!file.is_ours()) {
    return fail(FailureClass::not_found,
                fmt::format("{} is gone, or in use by another process", kept.path.string()));
  }
  LIMN_TRY(make_folder(folder));
  ::fsync(file.descriptor());    // a killed run had no time for it
  std::optional<ImageFile> copy; // made where a rename cannot reach
  const auto extension = extension_for(kept);
  auto moved = first_free_name(
    folder, visible_stem(kept.path, extension), extension,
    [&](const std::filesystem::path& to) -> Result<bool> {
      if (rename_to_free(kept.path, to)) {
        return true;
      }
      if (errno == EEXIST) {
        return false;
      }
      if (errno == EXDEV) {
        if (!copy) {
          LIMN_TRY_ASSIGN(copy, copied(file, folder));
        }
        return copy->link_to(to);
      }
      return fail(FailureClass::not_saved,
                  fmt::format("cannot create {}: {}", to.string(), std::strerror(errno)));
    });
  if (moved && copy && ::unlink(kept.path.c_str()) != 0) {
    return fail(FailureClass::not_saved,
                fmt::format("copied to {}, but {} could not be removed: {}", moved->string(),
                            kept.path.string(), std::strerror(errno)));
  }
  if (moved) {
    sync_folder(folder);
    sync_folder(kept.path.parent_path());
  }
  return moved;
}

void tell_kept(Failure& failure, const std::vector<std::string>& paths)
{
  failure.message += fmt::format("; what arrived is in {}", fmt::join(paths, " "));
  if (failure.hint.empty()) {
    failure.hint = default_hint(failure.failure_class);
  }
  if (failure.hint.find("limn recover") == std::string::npos) {
    // A plugin's hint need not end like a sentence.
    failure.hint += failure.hint.empty() ? "" : failure.hint.ends_with('.') ? " " : "; ";
    failure.hint += "`limn recover` lists what is kept and moves it.";
  }
}

} // namespace limn
