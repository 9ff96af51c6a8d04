#include "viewer/terminal_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>

namespace limn::viewer {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int k_stall_ms = 3000;
constexpr int k_end_ms = 700; // less than limn waits for this process's end

volatile std::sig_atomic_t g_signal = 0; // a handler reaches nothing else

} // namespace

TerminalOutput::TerminalOutput(int descriptor)
  : m_descriptor(descriptor), m_opened(::open(fmt::format("/proc/self/fd/{}", descriptor).c_str(),
                                              O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC))
{
  if (m_opened) {
    m_descriptor = m_opened.number();
  }
}

void TerminalOutput::end_at_signals()
{
  struct sigaction action {
  };
  action.sa_handler = [](int signal) { g_signal = signal; };
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    ::sigaction(signal, &action, nullptr); // without SA_RESTART: poll ends
  }
}

bool TerminalOutput::was_signalled()
{
  return g_signal != 0;
}

TerminalOutput::End TerminalOutput::write(std::string_view text, std::string_view end)
{
  const auto size = text.size();
  const auto result = write_all(text);
  if (result != End::written && text.size() < size) {
    pollfd terminal{m_descriptor, POLLOUT, 0};
    // One that reads has room before long.
    const int patience = result == End::interrupted ? k_end_ms : 0;
    const auto until = Clock::now() + std::chrono::milliseconds(patience);
    int ready = 0;
    do { // another signal ends no patience
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now());
      ready = ::poll(&terminal, 1, std::max(0, static_cast<int>(left.count())));
    } while (ready < 0 && errno == EINTR);
    if (ready == 1 && ::write(m_descriptor, end.data(), end.size()) < 0) {
      return End::broken;
    }
  }
  return result;
}

// What is left stays in `text`.
TerminalOutput::End TerminalOutput::write_all(std::string_view& text)
{
  // What a descriptor that waits is given at once: a terminal that is ready takes as much.
  constexpr std::size_t k_at_once = 2048;
  while (!text.empty()) {
    if (was_signalled()) {
      return End::interrupted;
    }
    pollfd terminal{m_descriptor, POLLOUT, 0};
    const int ready = ::poll(&terminal, 1, k_stall_ms);
    if (ready == 0) {
      return End::stalled;
    }
    if (ready < 0 || (terminal.revents & POLLOUT) == 0) {
      if (ready < 0 && errno == EINTR) {
        continue;
      }
      return End::broken;
    }
    const auto part = text.substr(0, m_opened ? text.size() : k_at_once);
    const auto count = ::write(m_descriptor, part.data(), part.size());
    if (count > 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (count < 0 && errno != EAGAIN && errno != EINTR) {
      return End::broken;
    }
  }
  return End::written;
}

} // namespace limn::viewer
