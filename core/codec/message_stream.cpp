#include "codec/message_stream.hpp"

#include "codec/json.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";
constexpr std::array<std::string_view, 5> k_sse_starts{"data:", "event:", ":", "id:", "retry:"};

std::string_view without_blanks(std::string_view text)
{
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

} // namespace

MessageStream::MessageStream(MessageSink& sink, const Limits& limits)
  : m_sink(sink), m_limits(limits), m_lift(*this), m_sse(*this)
{
}

MessageStream::State MessageStream::feed(std::string_view chunk)
{
  if (m_state != State::going) {
    return m_state;
  }
  switch (m_kind) {
  case Kind::undecided:
    decide(chunk);
    break;
  case Kind::json:
    m_lift.feed(chunk);
    break;
  case Kind::sse:
    m_sse.feed(chunk);
    break;
  case Kind::text:
    m_text.append(chunk.substr(0, std::min(chunk.size(), k_max_text_size - m_text.size())));
    break;
  }
  return m_state;
}

MessageStream::State MessageStream::finish(Ending ending)
{
  if (m_state != State::going) {
    return m_state;
  }
  if (m_kind == Kind::undecided) {
    m_text = std::move(m_start);
    m_kind = Kind::text;
  }
  m_ending = ending;
  if (m_kind == Kind::sse) {
    m_sse.finish();
    return m_state;
  }
  m_lift.finish();
  if (m_state == State::going && !without_blanks(m_text).empty()) {
    deliver({});
  }
  return m_state;
}

// Looks at the first bytes that are neither blank nor a byte-order mark. Blank lines may come for
// minutes; they are not kept.
void MessageStream::decide(std::string_view chunk)
{
  m_start.append(chunk);
  std::string_view start = without_blanks(m_start);
  while (start.starts_with(k_byte_order_mark)) {
    start = without_blanks(start.substr(k_byte_order_mark.size()));
  }
  if (k_byte_order_mark.starts_with(start)) { // nothing yet, or a part of a mark
    m_start.erase(0, m_start.size() - start.size());
    return;
  }
  for (const auto mark : k_sse_starts) {
    if (start.starts_with(mark)) {
      m_kind = Kind::sse;
    } else if (mark.starts_with(start)) {
      m_start.erase(
        0, m_start.size()
             - start.size()); // so that no chunk boundary leaves other blanks than the next
      return;                 // too short to tell
    }
  }
  if (m_kind == Kind::undecided) {
    m_kind = start.front() == '{' || start.front() == '[' ? Kind::json : Kind::text;
  }
  const std::string rest(start);
  m_start.clear();
  feed(rest);
}

void MessageStream::text(std::string_view piece)
{
  if (m_text.size() + piece.size() > m_limits.max_message_size) {
    m_state = State::too_large;
    return;
  }
  m_text.append(piece);
}

void MessageStream::data(std::string_view piece)
{
  if (m_state == State::going) {
    m_lift.feed(piece);
  }
}

void MessageStream::dispatch(std::string_view name)
{
  m_lift.finish();
  if (m_state == State::going && !without_blanks(m_text).empty()) {
    deliver(name);
  }
  m_text.clear();
}

void MessageStream::deliver(std::string_view event_name)
{
  Message message;
  message.event_name = event_name;
  if (is_deeper_than(m_limits.max_json_depth, m_text)) {
    m_state = State::too_deep;
    return;
  }
  std::string repaired;
  if (const auto json = as_json(m_text, repaired)) {
    message.content = *json;
  } else if (m_ending == Ending::broken) {
    return;
  } else {
    message.format = Message::Format::text;
    message.content = std::string_view(m_text).substr(0, k_max_text_size);
  }
  if (!m_sink.message(message)) {
    m_state = State::unwanted;
  }
}

} // namespace limn
