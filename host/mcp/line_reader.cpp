#include "mcp/line_reader.hpp"

#include <algorithm>

namespace limn {

namespace {

// What a buffer keeps that is empty: most messages are far shorter than the longest may be.
constexpr std::size_t k_kept_room = 256 * 1024;

} // namespace

void LineReader::feed(std::string_view bytes)
{
  m_bytes.erase(0, m_begin);
  m_searched -= m_begin;
  m_begin = 0;
  if (m_bytes.empty() && m_bytes.capacity() > k_kept_room) {
    std::string().swap(m_bytes);
  }
  m_bytes += bytes;
}

void LineReader::end()
{
  if (m_begin < m_bytes.size()) {
    m_bytes += '\n';
  }
}

LineReader::Next LineReader::next(std::string_view& line)
{
  for (;;) {
    const auto line_feed = m_bytes.find('\n', m_searched);
    const bool is_whole = line_feed != std::string::npos;
    const auto end = is_whole ? line_feed : m_bytes.size();
    const auto begin = m_begin;
    m_searched = is_whole ? end + 1 : end;
    if (m_state == State::skipping) {
      m_begin = m_searched;
      if (!is_whole) {
        return Next::none;
      }
      m_state = State::reading;
      continue;
    }
    line = std::string_view(m_bytes).substr(begin, end - begin);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (line.size() > m_longest) {
      m_begin = m_searched;
      m_state = is_whole ? State::reading : State::skipping;
      return Next::too_long;
    }
    if (!is_whole) {
      return Next::none;
    }
    m_begin = m_searched;
    return Next::line;
  }
}

} // namespace limn
