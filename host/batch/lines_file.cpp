#include "batch/lines_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace limn {

Result<LinesFile> LinesFile::open(const std::filesystem::path& path)
{
  constexpr int flags =
    O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW;
  constexpr mode_t mode = 0644;
  Descriptor file(::open(path.c_str(), flags, mode));
  if (!file) {
    return fail(FailureClass::usage,
                fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
  }
  struct stat status {
  };
  if (::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(FailureClass::usage, fmt::format("{} is no regular file", path.string()));
  }
  return LinesFile(path, std::move(file));
}

std::uint64_t LinesFile::size() const
{
  struct stat status {
  };
  return ::fstat(m_file.number(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

Result<LinesFile::Lock> LinesFile::lock()
{
  if (::flock(m_file.number(), LOCK_EX | LOCK_NB) == 0) {
    return Lock::ours;
  }
  if (errno == EWOULDBLOCK) {
    return Lock::taken;
  }
  return fail(FailureClass::usage,
              fmt::format("cannot lock {}: {}", m_path.string(), std::strerror(errno)),
              "its file system has no locks: choose another one");
}

Failure LinesFile::not_written() const
{
  return {FailureClass::not_saved,
          fmt::format("cannot write {}: {}", m_path.string(), std::strerror(errno))};
}

Done LinesFile::append(std::string line, ToDisk to_disk)
{
  line += '\n';
  const auto before = size();
  ssize_t written = 0;
  do {
    written = ::write(m_file.number(), line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  if (written != static_cast<ssize_t>(line.size())) {
    if (written >= 0) {
      errno = ENOSPC;
    }
    auto failure = not_written();
    static_cast<void>(cut_at(before));
    return fail(std::move(failure));
  }
  return to_disk == ToDisk::now ? this->to_disk() : Done();
}

Done LinesFile::to_disk() const
{
  if (::fdatasync(m_file.number()) != 0 && errno != EINVAL && errno != ENOSYS) {
    return fail(not_written());
  }
  return {};
}

bool LinesFile::is_in_place() const
{
  struct stat ours {
  };
  struct stat found {
  };
  return ::fstat(m_file.number(), &ours) == 0 && ::lstat(m_path.c_str(), &found) == 0
         && ours.st_dev == found.st_dev && ours.st_ino == found.st_ino;
}

Done LinesFile::cut_at(std::uint64_t size)
{
  if (::ftruncate(m_file.number(), static_cast<off_t>(size)) != 0) {
    return fail(not_written());
  }
  return {};
}

Done LinesFile::reserve(std::uint64_t bytes)
{
  const int status = ::fallocate(m_file.number(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(size()),
                                 static_cast<off_t>(bytes));
  if (status != 0 && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG || errno == EIO)) {
    return fail(not_written());
  }
  return {};
}

Result<std::ifstream> open_lines(const std::filesystem::path& path)
{
  // A pipe that nobody writes to would hold us up.
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    return fail(FailureClass::usage, fmt::format("{} is no regular file", path.string()));
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream && errno != ENOENT) {
    return fail(FailureClass::usage,
                fmt::format("cannot read {}: {}", path.string(), std::strerror(errno)));
  }
  return stream;
}

} // namespace limn
