#include "answer/message_stream.hpp"

#include "answer/mended_json.hpp"
#include "base/ascii.hpp"
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "picture/image_header.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

namespace limn {

namespace {

constexpr std::array<std::string_view, 5> k_sse_starts{"data:", "event:", ":", "id:", "retry:"};

// Enough for the magic bytes of every format, also in base64.
constexpr std::size_t k_start_size = 24;

// "data:image/png;base64,": a data URL, where SSE would have its JSON.
constexpr std::string_view k_data_image = "data:image/";
constexpr std::size_t k_longest_data_prefix = 256;

constexpr std::size_t k_decoded_at_once = 16 * 1024; // of base64 that is decoded at once

std::string_view without_blanks(std::string_view text)
{
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : text.substr(first);
}

// What some put in front of JSON so that no browser runs it, and what others leave there by
// mistake.
constexpr std::array<std::string_view, 10> k_guards{
  ")]}'",      ")]}',",    "while(1);",   "while (1);", "for(;;);",
  "for (;;);", "throw 1;", "&&&START&&&", "{}&&",       "{} &&"};

bool is_name(std::string_view text)
{
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '.' || c == '$';
  });
}

// Whether JSON follows behind something that is none: a guard, "callback(", a comment, NULs, or the
// length of a chunk that was packed twice. Looks at k_start_size bytes whatever the chunks are.
bool begins_behind_guard(std::string_view start)
{
  start = start.substr(0, k_start_size);
  if (start.starts_with("//") || start.starts_with("/*")) {
    return true;
  }
  if (std::any_of(k_guards.begin(), k_guards.end(),
                  [&](std::string_view guard) { return start.starts_with(guard); })) {
    return true;
  }
  const auto at = start.find_first_of("{[");
  if (at == std::string_view::npos) {
    return false;
  }
  const auto front = start.substr(0, at);
  const bool is_chunk_length =
    front.ends_with("\r\n") && front.find_first_not_of("0123456789abcdefABCDEF") == front.size() - 2
    && front.size() > 2;
  return front.find_first_not_of(std::string_view("\0 \t\r\n\x0b\x0c\x1e", 8))
           == std::string_view::npos
         || is_chunk_length || (front.ends_with('(') && is_name(front.substr(0, at - 1)));
}

// Where the next document may begin: right here, behind what separates documents, or on a line of
// its own; npos if it does nowhere.
std::size_t next_document(std::string_view text)
{
  const auto first = text.find_first_not_of(std::string_view("\0 \t\r\n\x1e,;", 8));
  if (first == std::string_view::npos || text[first] == '{' || text[first] == '[') {
    return first;
  }
  const auto line = std::min(text.find("\n{"), text.find("\n["));
  return line == std::string_view::npos ? line : line + 1;
}

// What a JSON string holds, if that is JSON again.
std::optional<std::string> json_in_string(std::string_view json)
{
  if (!json.starts_with('"')) {
    return std::nullopt;
  }
  const auto document = parse_json(json);
  if (!document || !document->IsString()) {
    return std::nullopt;
  }
  const auto inner = without_blanks(string_or_empty(&*document));
  std::string repaired;
  if (inner.starts_with('{') || inner.starts_with('[') || inner.starts_with('"')) {
    if (const auto whole = as_json(inner, repaired)) {
      return std::string(*whole);
    }
    if (auto mended = mend_json(inner); mended && as_json(mended->text, repaired)) {
      return std::move(mended->text);
    }
  }
  return std::nullopt;
}

// Both look at the same bytes whatever the chunks are.
bool is_image(std::string_view start)
{
  return raster_format_of(std::as_bytes(std::span(start.substr(0, k_start_size)))).has_value();
}

bool is_image_in_base64(std::string_view start)
{
  start = start.substr(0, k_start_size);
  std::array<std::byte, Base64Decoder::room_for(k_start_size)> bytes;
  Base64Decoder decoder;
  const auto progress = decoder.feed(start, bytes);
  return progress.consumed == start.size()
         && raster_format_of(std::span(bytes).first(progress.produced)).has_value();
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
    decide(chunk, Start::beginning);
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
  case Kind::image:
    bytes(std::as_bytes(std::span(chunk)));
    break;
  case Kind::base64_image:
    decode(chunk);
    break;
  }
  tell_given_up();
  return m_state;
}

MessageStream::State MessageStream::finish(Ending ending)
{
  if (m_state != State::going) {
    return m_state;
  }
  m_ending = ending;
  if (m_kind == Kind::undecided) {
    decide({}, Start::all_of_it);
  }
  end_image();
  if (m_kind == Kind::sse) {
    m_sse.finish();
  } else {
    dispatch({});
  }
  tell_given_up();
  return m_state;
}

// Looks at the first bytes that are neither blank nor a byte-order mark. Blank lines may come for
// minutes; they are not kept.
void MessageStream::decide(std::string_view chunk, Start how_much)
{
  m_start.append(chunk);
  std::string_view start = without_blanks(m_start);
  while (start.starts_with(k_byte_order_mark)) {
    start = without_blanks(start.substr(k_byte_order_mark.size()));
  }
  // So that no chunk boundary leaves other blanks than the next.
  m_start.erase(0, m_start.size() - start.size());
  if (begin(how_much)) {
    const auto rest = std::exchange(m_start, {});
    feed(rest);
  }
}

// False if there is too little of it to tell what it is.
bool MessageStream::begin(Start how_much)
{
  const std::string_view start = m_start;
  const bool is_all = how_much == Start::all_of_it;
  const auto is_sse_start = [&](std::string_view mark) { return start.starts_with(mark); };
  if (start.empty()) {
    return false;
  }
  if (start.starts_with(k_data_image)) {
    return begin_data_url(how_much);
  }
  if (!is_all && k_data_image.starts_with(start)) {
    return false;
  }
  if (start.front() == '{' || start.front() == '[' || start.front() == '"') {
    m_kind = Kind::json;
  } else if (std::any_of(k_sse_starts.begin(), k_sse_starts.end(), is_sse_start)) {
    m_kind = Kind::sse;
  } else if (!is_all && start.size() < k_start_size) {
    return false;
  } else if (is_image(start)) {
    begin_image(Kind::image);
  } else if (is_image_in_base64(start)) {
    begin_image(Kind::base64_image);
  } else {
    m_kind = begins_behind_guard(start) ? Kind::json : Kind::text;
  }
  return true;
}

bool MessageStream::begin_data_url(Start how_much)
{
  const auto prefix = std::string_view(m_start).substr(0, k_longest_data_prefix);
  const auto comma = prefix.find(',');
  if (comma == std::string_view::npos && how_much == Start::beginning
      && prefix.size() < k_longest_data_prefix) {
    return false;
  }
  if (comma != std::string_view::npos
      && ascii_lower(prefix.substr(0, comma)).ends_with(";base64")) {
    m_start.erase(0, comma + 1);
    begin_image(Kind::base64_image);
  } else {
    m_kind = Kind::text;
  }
  return true;
}

void MessageStream::begin_image(Kind kind)
{
  m_kind = kind;
  m_text = '"' + begin_run() + '"';
}

// Into the image, up to the first byte that is no base64.
void MessageStream::decode(std::string_view text)
{
  std::vector<std::byte> bytes(Base64Decoder::room_for(std::min(text.size(), k_decoded_at_once)));
  while (m_is_base64 && !text.empty()) {
    const auto piece = text.substr(0, k_decoded_at_once);
    const auto progress = m_decoder.feed(piece, bytes);
    this->bytes(std::span(bytes).first(progress.produced));
    m_is_base64 = progress.consumed == piece.size();
    text.remove_prefix(piece.size());
  }
}

void MessageStream::end_image()
{
  if (m_kind == Kind::image) {
    end_run(true); // as far as its frame says; its own end tells
  } else if (m_kind == Kind::base64_image) {
    std::array<std::byte, 3> bytes;
    const auto end = m_decoder.finish(bytes);
    this->bytes(std::span(bytes).first(end.produced));
    end_run(end.whole && m_is_base64);
  }
}

void MessageStream::text(std::string_view piece)
{
  if (m_state != State::going) {
    return;
  }
  const auto room = m_limits.max_message_size - m_text.size();
  m_text.append(piece.substr(0, room));
  if (piece.size() > room) {
    give_up(State::too_large, m_sse.event());
  }
}

std::string MessageStream::begin_run()
{
  if (m_state != State::going) {
    return {};
  }
  m_is_in_run = true;
  return m_sink.begin_run();
}

void MessageStream::bytes(std::span<const std::byte> piece)
{
  if (m_state == State::going) {
    m_sink.bytes(piece);
  }
}

void MessageStream::end_run(bool whole)
{
  if (std::exchange(m_is_in_run, false)) {
    m_sink.end_run(whole && m_state == State::going);
  }
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
  if (m_state == State::going) { // else it is still to be told why
    m_text.clear();
  }
}

void MessageStream::deliver(std::string_view event_name)
{
  if (is_deeper_than(m_limits.max_json_depth, m_text)) {
    give_up(State::too_deep, event_name);
    return;
  }
  if (m_ending == Ending::unheard) {
    cut(m_text, event_name);
    return;
  }
  std::string repaired;
  if (const auto json = as_json(m_text, repaired)) {
    const auto inner = json_in_string(*json);
    tell({Message::Format::json, inner ? std::string_view(*inner) : *json, event_name});
    return;
  }
  const auto rest = deliver_documents(event_name);
  const bool is_none = rest.size() == m_text.size();
  if (m_state == State::going && m_ending == Ending::broken) {
    cut(rest, event_name);
  } else if (m_state == State::going && is_none) {
    tell({Message::Format::text, rest.substr(0, k_max_text_size), event_name});
  }
}

// A message for each document that is one but for small faults. Returns what stands behind them,
// all of it if there is none.
std::string_view MessageStream::deliver_documents(std::string_view event_name)
{
  std::string_view rest = m_text;
  if (begins_behind_guard(rest) && !rest.starts_with('/')) {
    // "{}&&" begins with a document of its own, which says nothing.
    const auto begin = rest.find_first_of("{[", rest.starts_with("{}") ? 2 : 0);
    rest.remove_prefix(std::min(begin, rest.size()));
  }
  std::vector<std::string> documents;
  for (;;) {
    auto mended = mend_json(rest);
    std::string repaired;
    // "[ERROR] no model" and "[1] no model" are no lists.
    const auto whole = mended && mended->text.find('{') != std::string::npos
                         ? as_json(mended->text, repaired)
                         : std::nullopt;
    if (!whole) {
      break;
    }
    documents.emplace_back(*whole);
    rest.remove_prefix(mended->end);
    const auto next = next_document(rest);
    if (next == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(next);
  }
  if (documents.empty()) {
    return m_text;
  }
  const bool is_cut = m_ending == Ending::broken && !without_blanks(rest).empty();
  for (const auto& document : documents) {
    if (m_state == State::going) {
      tell({Message::Format::json, document, event_name, is_cut || &document != &documents.back()});
    }
  }
  return rest;
}

void MessageStream::tell(const Message& message)
{
  // Not seen in the text as a whole: behind a guard, or within a string.
  if (message.format == Message::Format::json
      && is_deeper_than(m_limits.max_json_depth, message.content)) {
    give_up(State::too_deep, message.event_name);
  } else if (!m_sink.message(message)) {
    m_state = State::unwanted;
  }
}

// Marks alone, as what closes a call, tell nothing.
void MessageStream::cut(std::string_view text, std::string_view event_name)
{
  const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  if (std::any_of(text.begin(), text.end(), is_word)) {
    m_sink.cut_off({Message::Format::text, text, event_name});
  }
}

void MessageStream::give_up(State why, std::string_view event_name)
{
  m_state = why;
  m_given_up = event_name;
}

// Behind the run that may be under way.
void MessageStream::tell_given_up()
{
  if (const auto event_name = std::exchange(m_given_up, std::nullopt)) {
    end_run(false);
    cut(m_text, *event_name);
  }
}

} // namespace limn
