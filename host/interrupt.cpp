#include "interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>

namespace limn {

namespace {

// A signal handler has no other way to find its pipe.
std::atomic<int> s_write{-1};
std::atomic<int> s_left{0}; // signals that are told before one ends the process

constexpr int k_status_interrupted = 130;

void on_signal(int)
{
  if (s_left.fetch_sub(1) <= 0) {
    ::_exit(k_status_interrupted);
  }
  const int before = errno;
  const char byte = 0;
  static_cast<void>(!::write(s_write, &byte, 1));
  errno = before;
}

void handle(int signal, void (*handler)(int))
{
  struct sigaction action {
  };
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

} // namespace

InterruptPipe::InterruptPipe(int signals)
{
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return; // Ctrl-C then simply ends the process
  }
  m_read = ends[0];
  s_write = ends[1];
  s_left = signals;
  handle(SIGINT, on_signal);
  handle(SIGTERM, on_signal);
}

InterruptPipe::~InterruptPipe()
{
  if (m_read < 0) {
    return;
  }
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
  if (const int fd = s_write.exchange(-1); fd >= 0) {
    ::close(fd);
  }
  ::close(m_read);
}

} // namespace limn
