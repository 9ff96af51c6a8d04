#pragma once

#include "sandbox/answer.hpp"

#include <string>
#include <vector>

namespace limn::sandbox {

// A server-sent event: its data as lines that may be sent as one or as several, each a row of
// texts.
struct Event {
  std::string name;
  std::vector<std::vector<SharedText>> lines;

  std::vector<SharedText>& line(std::string text)
  {
    lines.push_back({share(std::move(text))});
    return lines.back();
  }
};

enum class EventForm {
  plain, // LF, one data line an event
  crlf,  // CRLF, with comments in between
  odd,   // CR, several data lines an event, no event names, no blank line at the end
};

enum class LastWord { none, done }; // "data: [DONE]"

Answer event_stream(const std::vector<Event>& events, EventForm form, LastWord last_word);

} // namespace limn::sandbox
