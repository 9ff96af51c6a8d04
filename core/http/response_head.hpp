#pragma once

#include "model/gateway.hpp"

#include <string>
#include <string_view>

namespace limn {

// The status line and the headers of an answer, from the lines that libcurl hands on. It reads a
// status more strictly than libcurl does, which takes 999 for one, and 1000 for a 100.
class ResponseHead
{
public:
  enum class Line {
    more,      // is wanted; also of a trailer, which means nothing here
    final,     // the head of the answer itself is whole, and not of one that announces it (1xx)
    no_status, // its status is none that HTTP knows
    second,    // another head begins within this one, or behind a final one
  };

  // The next line, with its end.
  Line take(std::string_view line);

  // 0 before there is any.
  int status() const { return m_status; }
  // What stands where a status should, in digits; empty if there is something else.
  const std::string& bad_status() const { return m_bad_status; }
  // Of the head under way; names in lower case.
  const Pairs& headers() const { return m_headers; }
  bool is_final() const { return m_is_final; }

private:
  Line take_status(std::string_view line);

  int m_status = 0;
  std::string m_bad_status;
  Pairs m_headers;
  bool m_is_within = false; // a head
  bool m_is_final = false;
};

} // namespace limn
