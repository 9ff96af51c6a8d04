#include "answer/sse.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace limn {
namespace {

constexpr std::size_t k_longest_event_name = 256;

// One more than the longest field name that counts, so that a longer one differs from it.
constexpr std::size_t k_field_kept = std::string_view("event").size() + 1;

} // namespace

// The next LF and the next CR of a chunk, each looked for once: a chunk may have many lines with
// the one and none with the other.
class SseReader::LineEnds
{
public:
  explicit LineEnds(std::string_view chunk) : m_chunk(chunk) {}

  // Where the first line end from `at` on is, or the size of the chunk.
  std::size_t next(std::size_t at)
  {
    return std::min(advance(m_lf, '\n', at), advance(m_cr, '\r', at));
  }

private:
  struct Found {
    bool valid = false;
    std::size_t at = 0;
  };

  std::size_t advance(Found& found, char byte, std::size_t at)
  {
    if (!found.valid || found.at < at) {
      found = {true, std::min(m_chunk.find(byte, at), m_chunk.size())};
    }
    return found.at;
  }

  std::string_view m_chunk;
  Found m_lf;
  Found m_cr;
};

void SseReader::feed(std::string_view chunk)
{
  LineEnds line_ends(chunk);
  std::size_t at = 0;
  while (at < chunk.size()) {
    if (m_after_cr) {
      m_after_cr = false;
      if (chunk[at] == '\n') {
        ++at;
        continue;
      }
    }
    switch (m_place) {
    case Place::start:
      read_mark(chunk, at);
      break;
    case Place::field:
      read_field(chunk, at);
      break;
    case Place::before_value:
      at += chunk[at] == ' ' ? 1 : 0;
      m_place = Place::value;
      break;
    case Place::value:
      read_value(chunk, at, line_ends);
      break;
    }
  }
}

void SseReader::finish()
{
  end_event();
  m_place = Place::start;
  m_after_cr = false;
  m_mark = 0;
  m_field.clear();
}

void SseReader::read_mark(std::string_view chunk, std::size_t& at)
{
  if (chunk[at] != k_byte_order_mark[m_mark]) {
    m_field = k_byte_order_mark.substr(0, m_mark); // it was no mark, but a part of a name
    m_place = Place::field;
    return;
  }
  ++at;
  if (++m_mark == k_byte_order_mark.size()) {
    m_place = Place::field;
  }
}

void SseReader::read_field(std::string_view chunk, std::size_t& at)
{
  const char byte = chunk[at++];
  if (byte == ':') {
    begin_value();
    m_place = Place::before_value;
  } else if (byte == '\n' || byte == '\r') {
    m_after_cr = byte == '\r';
    if (m_field.empty()) {
      end_event();
      return;
    }
    begin_value();
    end_line();
  } else if (m_field.size() < k_field_kept) {
    m_field += byte;
  }
}

void SseReader::read_value(std::string_view chunk, std::size_t& at, LineEnds& line_ends)
{
  const auto end = line_ends.next(at);
  const auto piece = chunk.substr(at, end - at);
  if (m_kind == Field::data && !piece.empty()) {
    m_sink.data(piece);
  } else if (m_kind == Field::event) {
    m_event.append(piece.substr(0, k_longest_event_name - m_event.size()));
  }
  at = end;
  if (at < chunk.size()) {
    m_after_cr = chunk[at] == '\r';
    ++at;
    end_line();
  }
}

// The name of the field is complete; a comment has an empty one.
void SseReader::begin_value()
{
  m_kind = Field::other;
  if (m_field == "data") {
    m_kind = Field::data;
    if (m_has_data) {
      m_sink.data("\n");
    }
    m_has_data = true;
  } else if (m_field == "event") {
    m_kind = Field::event;
    m_event.clear();
  }
}

void SseReader::end_line()
{
  m_place = Place::field;
  m_field.clear();
}

void SseReader::end_event()
{
  if (m_has_data) {
    m_sink.dispatch(m_event);
  }
  m_has_data = false;
  m_event.clear();
}

} // namespace limn
