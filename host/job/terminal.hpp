#pragma once

#include "base/display_width.hpp"
#include "base/log.hpp"
#include "base/redaction.hpp"

#include <mutex>
#include <string>
#include <string_view>

namespace limn {

enum class Verbosity { quiet, normal, verbose };

// What standard error carries: lines for people, or one JSON object a line and nothing else.
enum class StandardError { words, json_lines };

// Whether lines have colours. Automatic: where standard error is a terminal that understands them,
// and NO_COLOR (https://no-color.org) is unset or empty.
enum class Colors { automatic, always, never };

// Standard error: lines for people, and below them a line that tells how far things are. No control
// code is written but those that erase that line and colours, and none where standard error is no
// terminal or TERM is unset or dumb, unless colours are always wanted. Errors are red, warnings
// yellow, what is done of a bar is green. Pictures come from another
// process (PictureView), to which it is lent. From any thread, but for the setters.
class Terminal : public Log
{
public:
  // `redactor` is borrowed: all text passes it.
  explicit Terminal(const Redactor& redactor);

  void set_verbosity(Verbosity verbosity) { m_verbosity = verbosity; }
  bool is_quiet() const { return m_verbosity == Verbosity::quiet; }
  void set_standard_error(StandardError carries) { m_carries = carries; }
  void set_colors(Colors colors);

  // A line for a person, newline added, made terminal-safe; `error` and `warning` are marked as
  // such. Quiet drops all but errors. A `message` event where standard error carries JSON lines.
  void say(LogLevel level, std::string_view line);

  // A line as it is, newline added: an event, redacted.
  void put_event(std::string_view json);

  // Whether a progress line is shown: standard error is a terminal that understands control codes,
  // and carries words.
  bool shows_progress() const;

  // Replaces the progress line where one is shown, cut to the width of the window.
  void progress(std::string_view line, Cut cut);

  // So that something else can be printed in its place.
  void erase_progress();

  // Another process writes to standard error's terminal: the progress line goes, and nothing is
  // written until it is taken back: then `codes`, as they are, which end what it has left in the
  // midst of, and what was said meanwhile.
  void lend();
  void take_back(std::string_view codes);

  // Log: shown with -v, errors and warnings always.
  bool wants(LogLevel level) const override;
  void write(LogLevel level, std::string_view line) override;

private:
  void erase_line();
  void put_line(std::string_view line);

  const Redactor& m_redactor;
  Verbosity m_verbosity = Verbosity::normal;
  StandardError m_carries = StandardError::words;
  bool m_takes_codes; // standard error is a terminal that understands them
  bool m_has_colors;
  bool m_has_progress = false;
  bool m_is_lent = false;
  std::string m_waiting; // lines, until it is taken back
  std::mutex m_mutex;    // over the bytes of standard error and the three
};

} // namespace limn
