#include "answer/message_stream.hpp"

#include "answer/text_start.hpp"
#include "base/ascii.hpp"
#include "base/utf8.hpp"
#include "picture/image_header.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace limn {

namespace {

constexpr std::array<std::string_view, 5> k_sse_starts{"data:", "event:", ":", "id:", "retry:"};

// "data:image/png;base64,": a data URL, where SSE would have its JSON.
constexpr std::string_view k_data_image = "data:image/";
constexpr std::size_t k_longest_data_prefix = 256;

constexpr std::size_t k_decoded_at_once = 16 * 1024; // of base64 that is decoded at once

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

} // namespace limn
