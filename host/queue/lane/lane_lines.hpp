#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace limn {

// A line of a batch's result: what became of one of its requests. The answer itself stays where it
// is: it may be a whole image.
struct LaneLine {
  std::string custom_id;
  int status = 0; // of the answer; 0: none is told
  std::string request_id;
  std::uint64_t body_begin = 0; // these two: where the answer's body stands in the file
  std::uint64_t body_end = 0;   // not behind its begin: there is none
  std::string error_code;       // of a request that has no answer
  std::string error_message;
  bool is_whole = false; // one JSON object, up to the end of the line

  bool operator==(const LaneLine&) const = default;
};

// Reads result files (JSON lines) in chunks of any size, in constant memory. Empty lines are
// skipped; of what is no JSON object the line is told as not whole.
class LaneLines
{
public:
  explicit LaneLines(std::function<void(LaneLine)> told) : m_told(std::move(told)) {}

  void feed(std::string_view chunk);
  void finish(); // the file is over: its last line may have no end

private:
  enum class Target { none, custom_id, status, request_id, body, error_code, error_message };

  void take(char c);
  void take_in_string(char c);
  std::size_t pass_string(std::string_view rest);
  void open(bool is_object);
  void close();
  void begin_value();
  void end_value();
  void end_line();
  bool is_in_known_object() const
  {
    return m_depth >= 1 && m_depth <= 2 && m_is_object[m_depth - 1];
  }
  void keep(char c);

  std::function<void(LaneLine)> m_told;
  LaneLine m_line;
  std::uint64_t m_at = 0; // in the file
  bool m_is_empty = true; // the line, so far
  bool m_is_broken = false;
  bool m_is_over = false; // its object is closed
  int m_depth = 0;
  bool m_is_object[2] = {}; // of the two outer levels
  std::string m_keys[2];    // of their members at hand
  bool m_in_string = false;
  bool m_in_escape = false;
  bool m_expects_key = false; // of a known object
  bool m_in_key = false;
  Target m_target = Target::none; // what the value at hand is
  int m_target_depth = 0;
  std::string m_raw; // of it, as it is written
};

} // namespace limn
