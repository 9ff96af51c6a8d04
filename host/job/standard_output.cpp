#include "job/standard_output.hpp"

#include "job/exit_status.hpp"
#include "job/job_output.hpp"
#include "job/out.hpp"
#include "output/untold.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace limn {

namespace {

constexpr std::uint64_t k_room_for_a_report = 4096;

// What a write would say, as errno has it; 0 if it would take bytes.
int why_not(int descriptor)
{
  struct stat status {
  };
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fstat(descriptor, &status) != 0) {
    return errno;
  }
  if ((flags & O_ACCMODE) == O_RDONLY) {
    return EBADF;
  }
  // Of devices each says by itself what it thinks of no bytes at all: /dev/full, a closed terminal.
  if (S_ISCHR(status.st_mode) && ::write(descriptor, "", 0) < 0 && errno != EAGAIN) {
    return errno;
  }
  pollfd end{descriptor, POLLOUT, 0};
  if (::poll(&end, 1, 0) == 1 && (end.revents & POLLERR) != 0) {
    return EPIPE;
  }
  struct statvfs disk {
  };
  // Without blocks at all nobody knows (a network, a tmpfs without a limit).
  const bool is_full =
    S_ISREG(status.st_mode) && ::fstatvfs(descriptor, &disk) == 0 && disk.f_blocks > 0
    && (::geteuid() == 0 ? disk.f_bfree : disk.f_bavail) * disk.f_frsize < k_room_for_a_report;
  return is_full ? ENOSPC : 0;
}

} // namespace

Done check_takes_bytes(int descriptor, const std::filesystem::path& name)
{
  if (const int reason = why_not(descriptor); reason != 0) {
    return fail(FailureClass::not_saved,
                fmt::format("cannot write to {}: {}", name.string(), std::strerror(reason)),
                "nothing was asked for yet");
  }
  return {};
}

Done check_standard_output()
{
  auto done = check_takes_bytes(STDOUT_FILENO, "standard output");
  if (!done) {
    done.error().message += "; limn tells there where the image is";
    done.error().hint =
      "nothing was asked for yet; send standard output to a file, a pipe or /dev/null";
  }
  return done;
}

int standard_output_broke(const Out& out, Terminal& terminal, int status)
{
  constexpr std::size_t most_told = 20;
  const auto& images = out.untold();
  if (images.empty()) {
    terminal.say(LogLevel::error, "standard output could not be written");
    return status == 0 ? 1 : status;
  }
  const auto noted = note_untold(untold_notes(), images);
  for (std::size_t i = 0; i < std::min(images.size(), most_told); ++i) {
    terminal.say(
      LogLevel::error,
      fmt::format("standard output could not be written; an image is in {}", images[i].string()));
  }
  terminal.say(LogLevel::info, noted ? "  `limn recover` tells it again" : noted.error().message);
  return status == 0 ? exit_status(FailureClass::not_saved) : status;
}

} // namespace limn
