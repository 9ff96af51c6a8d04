#include "interrupt.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>

namespace limn {

namespace {

// A signal handler has no other way to find its pipe.
std::atomic<int> s_write{-1};

constexpr int k_status_interrupted = 130;

void on_signal(int)
{
  const int fd = s_write.exchange(-1);
  if (fd < 0) {
    ::_exit(k_status_interrupted);
  }
  const char byte = 0;
  static_cast<void>(!::write(fd, &byte, 1));
  ::close(fd);
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

InterruptPipe::InterruptPipe()
{
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return; // Ctrl-C then simply ends the process
  }
  m_read = ends[0];
  s_write = ends[1];
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
