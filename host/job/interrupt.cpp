#include "job/interrupt.hpp"

#include "job/exit_status.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <utility>

namespace limn {

namespace {

// A signal handler has no other way to find its pipe.
std::atomic<int> s_write{-1};
std::atomic<StopSignal> s_last{StopSignal::interrupt};

// Signals that are told before one ends the process.
std::atomic<int> s_interrupts_left{0};
std::atomic<int> s_terminations_left{0};

// The first lets end, the second cancels; and coreutils' timeout sends each of them twice.
constexpr int k_terminations = 3;

void tell(StopSignal signal)
{
  const int before = errno;
  s_last = signal;
  const char byte = static_cast<char>(signal);
  static_cast<void>(!::write(s_write, &byte, 1));
  errno = before;
}

void on_interrupt(int)
{
  if (s_interrupts_left.fetch_sub(1) <= 0) {
    ::_exit(exit_status(StopSignal::interrupt));
  }
  tell(StopSignal::interrupt);
}

void on_terminate(int)
{
  if (s_terminations_left.fetch_sub(1) <= 0) {
    ::_exit(exit_status(StopSignal::terminate));
  }
  tell(StopSignal::terminate);
}

void on_hang_up(int)
{
  tell(StopSignal::hang_up);
}

bool is_ignored(int signal)
{
  struct sigaction action {
  };
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void handle(int signal, void (*handler)(int), int flags)
{
  struct sigaction action {
  };
  action.sa_handler = handler;
  action.sa_flags = flags;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

// What is under way goes on, also within a system call.
void handle_unless_ignored(int signal, void (*handler)(int))
{
  if (!is_ignored(signal)) {
    handle(signal, handler, SA_RESTART);
  }
}

} // namespace

InterruptPipe::InterruptPipe(Leaving leaving, int interrupts) : m_leaving(leaving)
{
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    return; // each then simply ends the process
  }
  m_read = Descriptor(ends[0]);
  s_write = ends[1];
  s_interrupts_left = interrupts;
  handle(SIGINT, on_interrupt, 0);
  s_terminations_left = leaving == Leaving::after_what_is_charged ? k_terminations : interrupts;
  handle_unless_ignored(SIGTERM, on_terminate);
  if (leaving != Leaving::at_once) {
    handle_unless_ignored(SIGHUP, on_hang_up);
  }
}

Watch InterruptPipe::watch(Loop& loop, std::function<void(StopSignal)> told) const
{
  if (!m_read) {
    return {};
  }
  return loop.watch(fd(), Events::readable, [read = fd(), told = std::move(told)](Events) {
    char byte = 0;
    if (::read(read, &byte, 1) == 1) {
      told(static_cast<StopSignal>(byte));
    }
  });
}

StopSignal InterruptPipe::last() const
{
  return s_last;
}

InterruptPipe::~InterruptPipe()
{
  if (!m_read) {
    return;
  }
  handle(SIGINT, SIG_DFL, 0);
  if (m_leaving == Leaving::after_what_is_charged) {
    s_terminations_left = 1;
  } else {
    handle_unless_ignored(SIGTERM, SIG_DFL);
  }
  if (const int fd = s_write.exchange(-1); fd >= 0) {
    ::close(fd);
  }
}

} // namespace limn
