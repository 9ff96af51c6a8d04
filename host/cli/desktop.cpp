#include "cli/desktop.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace limn {

Result<DesktopOpening> begin_to_open(const std::string& what)
{
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    ::posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  }
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  sigset_t usual{}; // what limn ignores is its own affair
  ::sigemptyset(&usual);
  ::sigaddset(&usual, SIGPIPE);
  ::sigaddset(&usual, SIGXFSZ);
  ::posix_spawnattr_setsigdefault(&attributes, &usual);
  std::string program = "xdg-open";
  std::string argument = what;
  char* words[] = {program.data(), argument.data(), nullptr};
  pid_t child = 0;
  const int status = ::posix_spawnp(&child, program.c_str(), &actions, &attributes, words, environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (status != 0) {
    return fail(FailureClass::internal,
                fmt::format("cannot start xdg-open: {}", std::strerror(status)),
                fmt::format("install xdg-utils, or open {} yourself", argument));
  }
  return DesktopOpening{child, what};
}

Descriptor end_of(const DesktopOpening& opening)
{
  return Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, opening.process, 0)));
}

// xdg-open ends at once, or stays for as long as the window that it opened.
Done wait_a_moment(const DesktopOpening& opening)
{
  constexpr int k_moment = 3'000; // milliseconds
  const auto ended = end_of(opening);
  pollfd end{ended.number(), POLLIN, 0};
  if (::poll(&end, 1, k_moment) == 0) {
    return {};
  }
  int status = 0;
  while (::waitpid(opening.process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return fail(FailureClass::internal, "xdg-open could not open it",
                fmt::format("it is in {}", opening.what));
  }
  return {};
}

} // namespace limn
