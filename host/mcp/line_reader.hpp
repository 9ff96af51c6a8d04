#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace limn {

// Lines out of bytes that come as they come. Of one that is too long nothing is kept.
class LineReader
{
public:
  // Without its end, which is a line feed or a carriage return with one.
  explicit LineReader(std::size_t longest) : m_longest(longest) {}

  void feed(std::string_view bytes);
  void end(); // what has come since the last line is one, too

  enum class Next { none, line, too_long };

  // The next line, which is borrowed until feed() or end(). One that is too long is told once, as
  // soon as it is. None: more has to come first.
  Next next(std::string_view& line);

private:
  enum class State { reading, skipping };

  std::size_t m_longest;
  State m_state = State::reading;
  std::string m_bytes;
  std::size_t m_begin = 0;    // of what no line was made of
  std::size_t m_searched = 0; // up to here there is no end of that
};

} // namespace limn
