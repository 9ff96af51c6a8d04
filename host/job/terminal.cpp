#include "job/terminal.hpp"

#include "base/json_writer.hpp"
#include "base/terminal_text.hpp"
#include "job/window.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace limn {

namespace {

constexpr std::string_view k_red = "\x1b[31m";
constexpr std::string_view k_yellow = "\x1b[33m";
constexpr std::string_view k_green = "\x1b[32m";
constexpr std::string_view k_plain = "\x1b[0m";

enum class Marks { plain, colored };

std::string mark_of(LogLevel level, Marks marks)
{
  const bool is_error = level == LogLevel::error;
  if (!is_error && level != LogLevel::warning) {
    return "limn: ";
  }
  const std::string_view word = is_error ? "error:" : "warning:";
  return marks == Marks::plain
           ? fmt::format("limn: {} ", word)
           : fmt::format("limn: {}{}{} ", is_error ? k_red : k_yellow, word, k_plain);
}

// What of it is done, where the line begins with a bar.
std::string with_green_bar(const std::string& line)
{
  constexpr std::string_view k_full = "█";
  std::size_t end = 0;
  while (std::string_view(line).substr(end).starts_with(k_full)) {
    end += k_full.size();
  }
  return end == 0
           ? line
           : fmt::format("{}{}{}{}", k_green, line.substr(0, end), k_plain, line.substr(end));
}

constexpr const char* k_erase_line = "\r\x1b[K";

bool takes_codes()
{
  const char* kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb"
         && ::isatty(STDERR_FILENO) == 1;
}

std::string_view name_of(LogLevel level)
{
  switch (level) {
  case LogLevel::error:
    return "error";
  case LogLevel::warning:
    return "warning";
  case LogLevel::info:
    return "info";
  case LogLevel::debug:
    return "debug";
  }
  return "";
}

// {"event":"message","level":"warning","text":"..."}
std::string message_event(LogLevel level, std::string_view text)
{
  JsonWriter json;
  json.begin_object();
  json.member("event", "message");
  json.member("level", name_of(level));
  json.member("text", text.substr(std::min(text.find_first_not_of(' '), text.size())));
  json.end_object();
  return json.str();
}

} // namespace

Terminal::Terminal(const Redactor& redactor) : m_redactor(redactor), m_takes_codes(takes_codes())
{
  set_colors(Colors::automatic);
}

void Terminal::set_colors(Colors colors)
{
  const char* unwanted = std::getenv("NO_COLOR");
  m_has_colors = colors == Colors::automatic
                   ? m_takes_codes && (unwanted == nullptr || *unwanted == '\0')
                   : colors == Colors::always;
}

void Terminal::say(LogLevel level, std::string_view line)
{
  if (is_quiet() && level != LogLevel::error) {
    return;
  }
  const auto text = m_redactor.redact(terminal_safe(line));
  const std::lock_guard lock(m_mutex);
  put_line(m_carries == StandardError::json_lines
             ? message_event(level, text)
             : mark_of(level, m_has_colors ? Marks::colored : Marks::plain) + text);
}

void Terminal::put_event(std::string_view json)
{
  const std::lock_guard lock(m_mutex);
  put_line(json);
}

bool Terminal::shows_progress() const
{
  return m_takes_codes && !is_quiet() && m_carries == StandardError::words;
}

void Terminal::progress(std::string_view line, Cut cut)
{
  if (!shows_progress()) {
    return;
  }
  // A column stays free: in the last one some terminals go on to the next line.
  const int columns = terminal_columns(STDERR_FILENO).value_or(k_usual_columns);
  const auto text = elided(m_redactor.redact(terminal_safe(line)), columns - 1, cut);
  const std::lock_guard lock(m_mutex);
  if (m_is_lent) {
    return;
  }
  erase_line();
  const auto shown = m_has_colors ? with_green_bar(text) : text;
  std::fwrite(shown.data(), 1, shown.size(), stderr);
  m_has_progress = true;
}

void Terminal::erase_progress()
{
  const std::lock_guard lock(m_mutex);
  erase_line();
}

void Terminal::lend()
{
  const std::lock_guard lock(m_mutex);
  erase_line();
  m_is_lent = true;
}

void Terminal::take_back(std::string_view codes)
{
  const std::lock_guard lock(m_mutex);
  std::fwrite(codes.data(), 1, codes.size(), stderr);
  std::fwrite(m_waiting.data(), 1, m_waiting.size(), stderr);
  m_waiting.clear();
  m_is_lent = false;
}

bool Terminal::wants(LogLevel level) const
{
  return level <= LogLevel::warning || m_verbosity == Verbosity::verbose;
}

void Terminal::write(LogLevel level, std::string_view line)
{
  if (wants(level)) {
    say(level, line);
  }
}

void Terminal::erase_line()
{
  if (m_has_progress) {
    std::fputs(k_erase_line, stderr);
    m_has_progress = false;
  }
}

void Terminal::put_line(std::string_view line)
{
  erase_line();
  // One call a line: lines of several processes on one terminal stay whole.
  const auto whole = std::string(line) + "\n";
  if (m_is_lent) {
    m_waiting += whole;
    return;
  }
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

} // namespace limn
