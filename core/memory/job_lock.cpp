#include "memory/job_lock.hpp"

#include "base/files.hpp"
#include "memory/process_mark.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <utility>

namespace limn {

namespace {

struct flock whole_file(short how)
{
  struct flock range {
  };
  range.l_type = how;
  range.l_whence = SEEK_SET;
  return range;
}

} // namespace

std::filesystem::path job_lock_file(const std::filesystem::path& folder, std::string_view id)
{
  return folder / "jobs" / id;
}

Result<std::optional<JobLock>> JobLock::take(const std::filesystem::path& folder,
                                             std::string_view id)
{
  auto path = job_lock_file(folder, id);
  LIMN_TRY(make_private_folder(path.parent_path()));
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) {
    return fail(FailureClass::internal,
                fmt::format("cannot open {}: {}", path.string(), std::strerror(errno)));
  }
  // Of the open file, not of the process: closing another descriptor of it ends nothing.
  auto lock = whole_file(F_WRLCK);
  if (::fcntl(file.number(), F_OFD_SETLK, &lock) != 0) {
    if (errno == EAGAIN || errno == EACCES) {
      return std::optional<JobLock>();
    }
    return fail(FailureClass::internal,
                fmt::format("cannot lock {}: {}", path.string(), std::strerror(errno)),
                "limn keeps jobs where files can be locked: set XDG_STATE_HOME to such a folder");
  }
  return std::optional(JobLock(std::move(file), std::move(path)));
}

JobLock::State JobLock::state(const std::filesystem::path& folder, std::string_view id,
                              std::string_view process)
{
  const Descriptor file(
    ::open(job_lock_file(folder, id).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    if (errno != ENOENT) {
      return State::unclear;
    }
    return is_alive(process) ? State::taken : State::free; // somebody may have removed it
  }
  auto lock = whole_file(F_WRLCK);
  if (::fcntl(file.number(), F_OFD_GETLK, &lock) != 0) {
    return State::unclear;
  }
  return lock.l_type == F_UNLCK ? State::free : State::taken;
}

void JobLock::wake(const std::filesystem::path& folder, std::string_view id)
{
  ::utimensat(AT_FDCWD, job_lock_file(folder, id).c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

void JobLock::wake() const
{
  ::futimens(m_file.number(), nullptr);
}

// "NUMBER PATH", a NUL behind each.
void JobLock::name(const NamedImage& image) const
{
  auto text = fmt::format("{} {}", image.inode, image.path.native());
  text.push_back('\0');
  struct stat status {
  };
  if (::fstat(m_file.number(), &status) == 0) {
    const auto end = status.st_size;
    const auto written = ::pwrite(m_file.number(), text.data(), text.size(), end);
    if (std::cmp_not_equal(written, text.size())) { // half a name would take the next one along
      static_cast<void>(::ftruncate(m_file.number(), end) == 0);
    }
  }
}

std::vector<NamedImage> JobLock::named(const std::filesystem::path& folder, std::string_view id)
{
  std::ifstream file(job_lock_file(folder, id), std::ios::binary);
  std::vector<NamedImage> images;
  NamedImage image;
  std::string path;
  while (file >> image.inode && file.ignore(1) && std::getline(file, path, '\0') && !file.eof()) {
    image.path = path;
    images.push_back(image);
  }
  return images;
}

void JobLock::remove() const
{
  ::unlink(m_path.c_str());
}

} // namespace limn
