#pragma once

#include "base/json_writer.hpp"
#include "base/redaction.hpp"
#include "job/terminal.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What leaves limn for the program that called it: results on standard output, events on standard
// error. All of it passes the redactor, but for the data of images; the progress line is taken away
// before it. On one thread.
class Out
{
public:
  // Both are borrowed.
  Out(const Redactor& redactor, Terminal& terminal) : m_redactor(redactor), m_terminal(terminal) {}

  // Text on standard output, newline added, made terminal-safe.
  void line(std::string_view text);

  // The same for a path, which has to be exact.
  void path(const std::filesystem::path& path);

  // JSON on a line of standard output.
  void json(const JsonWriter& json);

  // JSON on a line of standard error.
  void event(const JsonWriter& json);

  // An image whose place the lines on standard output tell.
  void tells_of(std::filesystem::path image);

  // False if something could not be written to standard output.
  bool flush();

  // The images that could not be told of since it was last flushed.
  const std::vector<std::filesystem::path>& untold() const { return m_untold; }

private:
  void put(std::string redacted);

  const Redactor& m_redactor;
  Terminal& m_terminal;
  std::vector<std::filesystem::path> m_untold;
};

} // namespace limn
