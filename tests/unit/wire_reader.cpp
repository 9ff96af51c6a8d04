#include "wire_reader.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace limn::test {

namespace {

constexpr std::string_view k_http = "HTTP/";

// "1a;name=value" -> 26
std::optional<std::uint64_t> chunk_size(std::string_view line)
{
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), size, 16);
  return error == std::errc() ? std::optional(size) : std::nullopt;
}

} // namespace

WireReader::State WireReader::feed(std::string_view bytes)
{
  while (!bytes.empty()) {
    if (m_decoder) {
      const auto state = m_framing == Framing::chunked ? take_chunks(bytes) : take_body(bytes);
      if (state == State::whole) {
        m_may_be_kept = m_may_be_kept && bytes.empty();
      }
      if (state != State::more) {
        return state;
      }
      continue;
    }
    const auto size = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    m_line += bytes.substr(0, size);
    bytes.remove_prefix(size);
    const bool begins_like_http =
      std::string_view(m_line).substr(0, k_http.size()) == k_http.substr(0, m_line.size());
    if (m_head.status() == 0 && !begins_like_http) {
      return State::cut;
    }
    if (!m_line.ends_with('\n')) {
      continue;
    }
    const auto state = take_line(std::exchange(m_line, {}));
    if (state == State::whole) {
      m_may_be_kept = m_may_be_kept && bytes.empty();
    }
    if (state != State::more) {
      return state;
    }
  }
  return State::more;
}

WireReader::State WireReader::take_line(std::string_view line)
{
  m_header_size += line.size();
  if (m_header_size > m_limits.max_header_size) {
    return State::header_limit;
  }
  switch (m_head.take(line)) {
  case ResponseHead::Line::more:
    return State::more;
  case ResponseHead::Line::no_status:
  case ResponseHead::Line::second:
    return State::cut;
  case ResponseHead::Line::final:
    break;
  }
  return begin_body();
}

WireReader::State WireReader::begin_body()
{
  std::string codings;
  bool is_closed = false;
  m_framing = Framing::until_the_end;
  for (const auto& [name, value] : m_head.headers()) {
    if (name == "content-encoding") {
      codings += (codings.empty() ? "" : ",") + value;
    } else if (name == "transfer-encoding" && equal_ignoring_case(value, "chunked")) {
      m_framing = Framing::chunked;
    } else if (name == "content-length" && m_framing != Framing::chunked) {
      m_framing = Framing::sized;
      std::from_chars(value.data(), value.data() + value.size(), m_left);
    } else if (name == "connection" && equal_ignoring_case(value, "close")) {
      is_closed = true;
    }
  }
  if (m_head.status() == 204 || m_head.status() == 304) {
    m_framing = Framing::none;
  }
  m_may_be_kept = !is_closed && m_framing != Framing::until_the_end;
  m_decoder.emplace(codings);
  if (m_receiver != nullptr) {
    m_receiver->head(m_head.status(), m_head.headers());
  }
  if (m_receiver == nullptr) {
    return State::unwanted;
  }
  if (m_framing == Framing::none || (m_framing == Framing::sized && m_left == 0)) {
    return finish();
  }
  return State::more;
}

WireReader::State WireReader::take_body(std::string_view& bytes)
{
  const auto size = m_framing == Framing::sized
                      ? static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()))
                      : bytes.size();
  const auto state = hand_on(bytes.substr(0, size));
  bytes.remove_prefix(size);
  m_left -= m_framing == Framing::sized ? size : 0;
  if (state != State::more) {
    return state;
  }
  return m_framing == Framing::sized && m_left == 0 ? finish() : State::more;
}

WireReader::State WireReader::take_chunks(std::string_view& bytes)
{
  if (m_chunk == Chunk::data) {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
    const auto state = hand_on(bytes.substr(0, size));
    bytes.remove_prefix(size);
    m_left -= size;
    if (m_left == 0) {
      m_chunk = Chunk::end;
    }
    return state;
  }
  const auto size = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
  m_line += bytes.substr(0, size);
  bytes.remove_prefix(size);
  if (!m_line.ends_with('\n')) {
    return State::more;
  }
  const auto line = std::exchange(m_line, {});
  const auto text = trimmed(line);
  switch (m_chunk) {
  case Chunk::size: {
    const auto next = chunk_size(text);
    m_left = next.value_or(0);
    m_chunk = m_left > 0 ? Chunk::data : Chunk::trailer;
    return next ? State::more : State::cut;
  }
  case Chunk::end:
    m_chunk = Chunk::size;
    return text.empty() ? State::more : State::cut;
  case Chunk::trailer:
    return text.empty() ? finish() : State::more;
  case Chunk::data:
    break;
  }
  return State::more;
}

WireReader::State WireReader::hand_on(std::string_view piece)
{
  m_body_size += piece.size();
  if (m_body_size > m_max_body_size) {
    return State::body_limit;
  }
  return state_after(m_decoder->feed(piece, [this](std::string_view plain) { return tell(plain); }),
                     State::more);
}

// False if that was enough.
bool WireReader::tell(std::string_view plain)
{
  m_plain_size += plain.size();
  if (m_plain_size > m_max_body_size) {
    m_plain_state = State::body_limit;
  } else if (m_receiver == nullptr || !m_receiver->body(plain)) {
    m_plain_state = State::unwanted;
  }
  return m_plain_state == State::more && m_receiver != nullptr;
}

WireReader::State WireReader::state_after(ContentDecoder::State decoded, State sound) const
{
  if (m_receiver == nullptr) {
    return State::unwanted;
  }
  if (m_plain_state != State::more) {
    return m_plain_state;
  }
  return decoded == ContentDecoder::State::broken ? State::bad_coding : sound;
}

// The receiver hears what is still held of the body.
WireReader::State WireReader::finish()
{
  return state_after(m_decoder->finish([this](std::string_view plain) { return tell(plain); }),
                     State::whole);
}

WireReader::State WireReader::end(End how)
{
  m_may_be_kept = false;
  if (!m_decoder) {
    return State::cut;
  }
  const auto state = finish();
  const bool is_whole = m_framing == Framing::until_the_end && how == End::orderly;
  return state == State::whole && !is_whole ? State::cut : state;
}

} // namespace limn::test
