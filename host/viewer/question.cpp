#include "viewer/question.hpp"

#include "base/descriptor.hpp"
#include "viewer/terminal_output.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>

namespace limn::viewer {

namespace {

constexpr std::chrono::milliseconds k_patience{300};

// Of a picture of one pixel whether it could be shown (a=q), and the primary device attributes.
// What a terminal shows of it that knows neither is overwritten by what comes next.
constexpr std::string_view k_question = "\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\\x1b[c";
constexpr std::string_view k_kitty_begin = "\x1b_G";
constexpr std::string_view k_kitty_end = "\x1b\\";
constexpr std::string_view k_attributes_begin = "\x1b[?";

struct Part {
  std::size_t begin = std::string_view::npos;
  std::size_t end = 0; // behind it

  explicit operator bool() const { return begin != std::string_view::npos; }
};

Part kitty_part(std::string_view bytes)
{
  const auto begin = bytes.find(k_kitty_begin);
  const auto end = begin == std::string_view::npos ? begin : bytes.find(k_kitty_end, begin);
  return end == std::string_view::npos ? Part() : Part{begin, end + k_kitty_end.size()};
}

Part attributes_part(std::string_view bytes)
{
  for (auto begin = bytes.find(k_attributes_begin); begin != std::string_view::npos;
       begin = bytes.find(k_attributes_begin, begin + 1)) {
    const auto end = bytes.find_first_not_of("0123456789;", begin + k_attributes_begin.size());
    if (end != std::string_view::npos && bytes[end] == 'c') {
      return {begin, end + 1};
    }
  }
  return {};
}

std::string without(std::string bytes, Part part)
{
  return part ? bytes.erase(part.begin, part.end - part.begin) : bytes;
}

// Each byte by itself, without waiting for a line and without showing it. Ends with this: signals
// that stop a process come afterwards, and those that end it have a handler (TerminalOutput).
class RawMode
{
public:
  explicit RawMode(int terminal) : m_terminal(terminal)
  {
    sigset_t later;
    ::sigfillset(&later);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
      ::sigdelset(&later, signal);
    }
    ::sigprocmask(SIG_BLOCK, &later, &m_signals);
    m_is_on = ::tcgetattr(terminal, &m_modes) == 0;
    if (m_is_on) {
      auto raw = m_modes;
      raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
      raw.c_cc[VMIN] = 0;
      raw.c_cc[VTIME] = 0;
      m_is_on = ::tcsetattr(terminal, TCSANOW, &raw) == 0;
    }
  }
  RawMode(const RawMode&) = delete;
  RawMode& operator=(const RawMode&) = delete;
  ~RawMode()
  {
    if (m_is_on) {
      ::tcsetattr(m_terminal, TCSANOW, &m_modes);
    }
    ::sigprocmask(SIG_SETMASK, &m_signals, nullptr);
  }

  explicit operator bool() const { return m_is_on; }

private:
  int m_terminal;
  termios m_modes{};
  sigset_t m_signals{};
  bool m_is_on = false;
};

Answer hear(int terminal)
{
  using Clock = std::chrono::steady_clock;
  Answer answer;
  const auto end = Clock::now() + k_patience;
  while (!answer.is_whole() && !TerminalOutput::was_signalled()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    pollfd waited_for{terminal, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&waited_for, 1, static_cast<int>(left.count())) <= 0) {
      break;
    }
    std::array<char, 512> bytes{};
    const auto count = ::read(terminal, bytes.data(), bytes.size());
    if (count <= 0) {
      break;
    }
    answer.add({bytes.data(), static_cast<std::size_t>(count)});
  }
  return answer;
}

// As if it were typed now. Newer kernels let few do that: then it is lost.
void give_back(int terminal, const std::string& typed)
{
  for (const char byte : typed) {
    if (::ioctl(terminal, TIOCSTI, &byte) != 0) {
      return;
    }
  }
}

} // namespace

void Answer::add(std::string_view bytes)
{
  m_bytes += bytes;
  m_is_whole = static_cast<bool>(attributes_part(m_bytes));
}

Way Answer::way() const
{
  const auto kitty = kitty_part(m_bytes);
  const auto text = std::string_view(m_bytes);
  if (kitty && text.substr(kitty.begin, kitty.end - kitty.begin).find(";OK") != text.npos) {
    return Way::kitty;
  }
  const auto attributes = attributes_part(m_bytes);
  if (!attributes) {
    return Way::none;
  }
  // The first one is a kind of terminal: "\x1b[?62;4;22c".
  const auto list = text.substr(attributes.begin, attributes.end - attributes.begin);
  return list.find(";4;") != list.npos || list.ends_with(";4c") ? Way::sixel : Way::none;
}

std::string Answer::typed() const
{
  const auto rest = without(m_bytes, kitty_part(m_bytes));
  return without(rest, attributes_part(rest));
}

std::optional<Way> ask(int terminal)
{
  if (::tcgetpgrp(terminal) != ::getpgrp()) {
    return std::nullopt;
  }
  const Descriptor opened(::open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (!opened) {
    return std::nullopt;
  }
  std::string typed;
  std::optional<Way> way;
  {
    const RawMode raw(opened.number());
    int waiting = 0;
    if (!raw || ::ioctl(opened.number(), FIONREAD, &waiting) != 0 || waiting > 0
        || ::write(opened.number(), k_question.data(), k_question.size())
             != static_cast<ssize_t>(k_question.size())) {
      return std::nullopt;
    }
    const auto answer = hear(opened.number());
    typed = answer.typed();
    way = answer.way();
  }
  give_back(opened.number(), typed);
  return way;
}

} // namespace limn::viewer
