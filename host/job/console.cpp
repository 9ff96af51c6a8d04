#include "job/console.hpp"

#include "base/display_width.hpp"
#include "base/json_writer.hpp"
#include "base/terminal_text.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

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

constexpr long k_widest = 10'000; // columns
constexpr const char* k_erase_line = "\r\x1b[K";

bool takes_codes()
{
  const char* kind = std::getenv("TERM");
  return kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb"
         && ::isatty(STDERR_FILENO) == 1;
}

// Looked up each time: windows are resized.
int columns()
{
  constexpr int k_usual = 80;
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  const char* told = std::getenv("COLUMNS");
  const long number = told != nullptr ? std::strtol(told, nullptr, 10) : 0;
  return number > 0 && number < k_widest ? static_cast<int>(number) : k_usual;
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

Console::Console(Verbosity verbosity) : m_verbosity(verbosity), m_has_terminal(takes_codes()) {}

bool Console::shows_progress() const
{
  return m_has_terminal && !is_quiet() && m_carries == StandardError::words;
}

std::string Console::redacted_json(std::string_view json) const
{
  const std::lock_guard lock(m_mutex);
  return m_redactor.redact_json(json);
}

bool Console::looks_like_key(std::string_view name) const
{
  const std::lock_guard lock(m_mutex);
  return m_redactor.redact_own(name) != name || Redactor().redact(name) != name;
}

void Console::result(std::string_view line)
{
  const std::lock_guard lock(m_mutex);
  put_result(line.starts_with('{') ? m_redactor.redact_json(line) : m_redactor.redact(line));
}

void Console::path(const std::filesystem::path& path)
{
  const std::lock_guard lock(m_mutex);
  put_result(m_redactor.redact_own(path.native()));
}

void Console::event(std::string_view line)
{
  const std::lock_guard lock(m_mutex);
  put_line(m_redactor.redact_json(line));
}

void Console::say(LogLevel level, std::string_view line)
{
  if (is_quiet() && level != LogLevel::error) {
    return;
  }
  const std::lock_guard lock(m_mutex);
  const auto text = m_redactor.redact(terminal_safe(line));
  put_line(m_carries == StandardError::json_lines ? message_event(level, text)
                                                  : std::string(mark_of(level)) + text);
}

void Console::progress(std::string_view line)
{
  if (!shows_progress()) {
    return;
  }
  const std::lock_guard lock(m_mutex);
  erase_progress();
  if (!line.empty()) {
    // A column stays free: in the last one some terminals go on to the next line.
    const auto text = elided(m_redactor.redact(terminal_safe(line)), columns() - 1);
    std::fwrite(text.data(), 1, text.size(), stderr);
    m_has_progress = true;
  }
}

void Console::tells_of(std::filesystem::path image)
{
  m_untold.push_back(std::move(image));
}

bool Console::flush()
{
  if (std::fflush(stdout) != 0 || std::ferror(stdout)) {
    return false;
  }
  m_untold.clear();
  return true;
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

void Console::erase_progress()
{
  if (m_has_progress) {
    std::fputs(k_erase_line, stderr);
    m_has_progress = false;
  }
}

void Console::put_result(std::string_view line)
{
  erase_progress();
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
}

void Console::put_line(std::string_view line)
{
  erase_progress();
  // One call a line: lines of several processes on one terminal stay whole.
  const auto whole = std::string(line) + "\n";
  std::fwrite(whole.data(), 1, whole.size(), stderr);
}

} // namespace limn
