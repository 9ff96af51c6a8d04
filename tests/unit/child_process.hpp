#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace limn::test {

// Runs `body` in a process of its own; returns its exit status, which is what `body` returns.
// Nothing in `body` may use doctest: its findings would be lost with the process.
template <typename Body>
pid_t start_child(Body body)
{
  const auto child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int status = 120;
    try {
      status = body();
    } catch (...) {
      status = 121;
    }
    ::_exit(status);
  }
  return child;
}

inline int exit_status_of(pid_t child)
{
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  return WEXITSTATUS(status);
}

inline constexpr rlim_t k_no_limit = RLIM_INFINITY;

// From now on no file of this process may grow past `limit`; the first write that fails for it
// changes the limit to `afterwards`. So one place runs full, and the next has more room or less.
inline void fill_disk_at(rlim_t limit, rlim_t afterwards)
{
  static rlim_t next;
  next = afterwards;
  const auto set = [](rlim_t soft) {
    const rlimit limits{soft, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limits);
  };
  std::signal(SIGXFSZ, [](int) {
    const rlimit limits{next, RLIM_INFINITY};
    ::setrlimit(RLIMIT_FSIZE, &limits);
  });
  set(limit);
}

} // namespace limn::test
