#include "memory/job_lock.hpp"

#include "base/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

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

// One byte, in its place: the file does not grow.
void write_a_byte(int file)
{
  const char byte = '.';
  static_cast<void>(::pwrite(file, &byte, 1, 0) == 1);
}

// Somebody may have removed the file of one that lives. Its command line has the job's id.
JobLock::State state_of_process(int process, std::string_view id)
{
  if (process <= 0 || (::kill(process, 0) != 0 && errno == ESRCH)) {
    return JobLock::State::free;
  }
  std::ifstream file(fmt::format("/proc/{}/cmdline", process), std::ios::binary);
  const std::string line(std::istreambuf_iterator<char>(file), {});
  return !file.is_open()                      ? JobLock::State::unclear
         : line.find(id) != std::string::npos ? JobLock::State::taken
                                              : JobLock::State::free;
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

JobLock::State JobLock::state(const std::filesystem::path& folder, std::string_view id, int process)
{
  const Descriptor file(
    ::open(job_lock_file(folder, id).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) {
    return errno == ENOENT ? state_of_process(process, id) : State::unclear;
  }
  auto lock = whole_file(F_WRLCK);
  if (::fcntl(file.number(), F_OFD_GETLK, &lock) != 0) {
    return State::unclear;
  }
  return lock.l_type == F_UNLCK ? State::free : State::taken;
}

void JobLock::wake(const std::filesystem::path& folder, std::string_view id)
{
  const Descriptor file(
    ::open(job_lock_file(folder, id).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (file) {
    write_a_byte(file.number());
  }
}

void JobLock::wake() const
{
  write_a_byte(m_file.number());
}

void JobLock::remove() const
{
  ::unlink(m_path.c_str());
}

} // namespace limn
