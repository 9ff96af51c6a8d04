#pragma once

#include "base/log.hpp"
#include "base/redaction.hpp"

#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

enum class Verbosity { quiet, normal, verbose };

// What standard error carries: lines for people, or one JSON object a line and nothing else.
enum class StandardError { words, json_lines };

// The one way out of the program for text: everything passes the redactor here. Results go to
// stdout, everything else to stderr.
class Console : public Log
{
public:
  explicit Console(Verbosity verbosity = Verbosity::normal);

  void set_verbosity(Verbosity verbosity) { m_verbosity = verbosity; }
  bool is_quiet() const { return m_verbosity == Verbosity::quiet; }
  void set_standard_error(StandardError carries) { m_carries = carries; }

  // Whether a progress line is shown: stderr is a terminal that understands control codes, and
  // carries words.
  bool shows_progress() const;

  // What it knows is taken out of everything from then on.
  Redactor& redactor() { return m_redactor; }

  // JSON that limn wrote, as it may leave the program in another way, in a file.
  std::string redacted_json(std::string_view json) const;

  // Whether what a user calls something could be a key, or has one in it.
  bool looks_like_key(std::string_view name) const;

  // A line on stdout, newline added: JSON that limn wrote (then it begins with '{'), or text. The
  // progress line is taken away before it.
  void result(std::string_view line);

  // The same for a path, which has to be exact.
  void path(const std::filesystem::path& path);

  // A line on stderr, newline added; as it is, for JSON events.
  void event(std::string_view line);

  // A line on stderr for a person, made terminal-safe; `error` and `warning` are marked as such.
  // Quiet drops all but errors. As an event where stderr carries JSON lines.
  void say(LogLevel level, std::string_view line);

  // Replaces the progress line where one is shown, cut to the width of the terminal. Empty: clears
  // it.
  void progress(std::string_view line);

  // An image whose place the lines on stdout tell.
  void tells_of(std::filesystem::path image);

  // False if something could not be written to stdout.
  bool flush();

  // The images that could not be told of.
  const std::vector<std::filesystem::path>& untold() const { return m_untold; }

  // Log: shown with -v, errors and warnings always. From any thread.
  bool wants(LogLevel level) const override;
  void write(LogLevel level, std::string_view line) override;

private:
  void erase_progress();
  void put_line(std::string_view line);
  void put_result(std::string_view line);

  Verbosity m_verbosity;
  StandardError m_carries = StandardError::words;
  bool m_has_terminal; // stderr is one that understands control codes
  bool m_has_progress = false;
  std::vector<std::filesystem::path> m_untold; // since it was last flushed
  mutable std::mutex m_mutex;
  Redactor m_redactor;
};

} // namespace limn
