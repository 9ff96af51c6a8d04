#include "sandbox/event_stream.hpp"

namespace limn::sandbox {

Answer event_stream(const std::vector<Event>& events, EventForm form, LastWord last_word)
{
  const std::string end = form == EventForm::crlf ? "\r\n" : form == EventForm::odd ? "\r" : "\n";
  std::vector<SharedText> pieces;
  const auto put = [&pieces](std::string text) { pieces.push_back(share(std::move(text))); };
  for (std::size_t i = 0; i < events.size(); ++i) {
    const auto& event = events[i];
    if (form == EventForm::crlf) {
      put(": keep-alive" + end);
    }
    if (form != EventForm::odd && !event.name.empty()) {
      put("event: " + event.name + end);
    }
    bool first = true;
    for (const auto& line : event.lines) {
      if (first || form == EventForm::odd) {
        put(first ? "data: " : end + "data:");
      }
      first = false;
      pieces.insert(pieces.end(), line.begin(), line.end());
    }
    const bool is_last = i + 1 == events.size() && last_word == LastWord::none;
    put(form == EventForm::odd && is_last ? end : end + end);
  }
  if (last_word == LastWord::done) {
    put("data: [DONE]" + end + end);
  }
  auto answer = answer_with(200, "text/event-stream; charset=utf-8", pieces);
  answer.framing = Framing::chunked;
  return answer;
}

} // namespace limn::sandbox
