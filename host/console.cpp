#include "console.hpp"

#include "codec/terminal_text.hpp"

#include <unistd.h>

#include <cstdio>

namespace limn {

namespace {

std::string_view mark_of(LogLevel level)
{
  switch (level) {
  case LogLevel::error:
    return "limn: error: ";
  case LogLevel::warning:
    return "limn: warning: ";
  case LogLevel::info:
  case LogLevel::debug:
    return "limn: ";
  }
  return "";
}

} // namespace

Console::Console(Verbosity verbosity)
  : m_verbosity(verbosity), m_has_terminal(::isatty(STDERR_FILENO) == 1)
{
}

void Console::hide(const Secret& secret)
{
  const std::lock_guard lock(m_mutex);
  m_redactor.add(secret);
}

std::string Console::redacted(std::string_view text) const
{
  const std::lock_guard lock(m_mutex);
  return m_redactor.redact(text);
}

void Console::result(std::string_view line)
{
  const std::lock_guard lock(m_mutex);
  const auto text = m_redactor.redact(line);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fputc('\n', stdout);
}

void Console::event(std::string_view line)
{
  const std::lock_guard lock(m_mutex);
  put_line(m_redactor.redact(line));
}

void Console::say(LogLevel level, std::string_view line)
{
  if (is_quiet() && level != LogLevel::error) {
    return;
  }
  const std::lock_guard lock(m_mutex);
  put_line(std::string(mark_of(level)) + m_redactor.redact(terminal_safe(line)));
}

void Console::progress(std::string_view line)
{
  if (!m_has_terminal || is_quiet()) {
    return;
  }
  const std::lock_guard lock(m_mutex);
  if (m_has_progress || !line.empty()) {
    std::fprintf(stderr, "\r\x1b[K%s", m_redactor.redact(terminal_safe(line)).c_str());
    std::fflush(stderr);
  }
  m_has_progress = !line.empty();
}

bool Console::flush()
{
  return std::fflush(stdout) == 0 && !std::ferror(stdout);
}

bool Console::wants(LogLevel level) const
{
  return level <= LogLevel::warning || m_verbosity == Verbosity::verbose;
}

void Console::write(LogLevel level, std::string_view line)
{
  if (wants(level)) {
    say(level, line);
  }
}

void Console::put_line(std::string_view line)
{
  if (m_has_progress) {
    std::fputs("\r\x1b[K", stderr);
    m_has_progress = false;
  }
  // One call a line: lines of several processes on one terminal stay whole.
  const auto whole = std::string(line) + "\n";
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

} // namespace limn
