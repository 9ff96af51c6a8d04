#include "http_server/form_reader.hpp"

#include "http_server/part_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_line_end = "\r\n";

} // namespace

Result<FormReader> FormReader::create(std::string_view content_type, PartReceiver& receiver,
                                      FormLimits limits)
{
  LIMN_TRY_ASSIGN(auto boundary, form_boundary(content_type));
  return FormReader("\r\n--" + std::move(boundary), receiver, limits);
}

FormReader::FormReader(std::string boundary, PartReceiver& receiver, FormLimits limits)
  : m_boundary(std::move(boundary)), m_receiver(&receiver), m_limits(limits)
{
  expect_boundary();
}

Done FormReader::feed(std::string_view bytes)
{
  m_told = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    switch (m_place) {
    case Place::preamble:
    case Place::data:
      at = read_data(bytes, at);
      break;
    case Place::behind_boundary: {
      LIMN_TRY_ASSIGN(at, read_behind_boundary(bytes, at));
      break;
    }
    case Place::head: {
      LIMN_TRY_ASSIGN(at, read_head(bytes, at));
      break;
    }
    case Place::epilogue:
      return {};
    }
  }
  if (m_place == Place::data || m_place == Place::behind_boundary) {
    tell_until(bytes, bytes.size());
  }
  m_carried = candidate_size();
  return {};
}

Done FormReader::finish() const
{
  if (m_place != Place::epilogue) {
    return refuse_form("the form ends before its closing boundary");
  }
  return {};
}

// A boundary has no CR but its first byte, so that what did not match holds no other beginning.
std::size_t FormReader::read_data(std::string_view bytes, std::size_t at)
{
  if (m_matched == 0) {
    at = find_candidate(bytes, at);
  }
  const auto wanted = std::string_view(m_boundary).substr(m_matched);
  const auto there = bytes.substr(at, wanted.size());
  if (!wanted.starts_with(there)) {
    give_up_candidate();
    return at;
  }
  m_matched += there.size();
  if (m_matched == m_boundary.size()) {
    m_before = std::exchange(m_place, Place::behind_boundary);
  }
  return at + there.size();
}

// Where the boundary begins, or may with what comes in the next chunk; or the end.
std::size_t FormReader::find_candidate(std::string_view bytes, std::size_t at) const
{
  while ((at = bytes.find('\r', at)) != std::string_view::npos) {
    at = std::min(bytes.find_first_not_of('\r', at), bytes.size()) - 1; // of many the last one
    const auto there = bytes.substr(at, m_boundary.size());
    if (std::string_view(m_boundary).starts_with(there)) {
      return at;
    }
    ++at;
  }
  return bytes.size();
}

// A line that only begins as the boundary does is data.
Result<std::size_t> FormReader::read_behind_boundary(std::string_view bytes, std::size_t at)
{
  const char c = bytes[at];
  const bool is_at_begin = m_line.empty();
  const bool is_blank = c == ' ' || c == '\t';
  if (m_line == "-" && c == '-') {
    end_part(bytes, at);
    m_place = Place::epilogue;
    return at + 1;
  }
  if (m_line.ends_with('\r') && c == '\n') {
    end_part(bytes, at);
    if (++m_parts > m_limits.parts) {
      return refuse_form(fmt::format("the form has more than {} parts", m_limits.parts));
    }
    m_place = Place::head;
    return at + 1;
  }
  const bool goes_on = (is_at_begin && c == '-')
                       || (!m_line.starts_with('-') && !m_line.ends_with('\r')
                           && (is_blank || c == '\r') && m_line.size() < m_limits.head_size);
  if (goes_on) {
    m_line += c;
    return at + 1;
  }
  m_place = m_before;
  give_up_candidate();
  return at;
}

Result<std::size_t> FormReader::read_head(std::string_view bytes, std::size_t at)
{
  for (; at < bytes.size(); ++at) {
    m_line += bytes[at];
    if (m_line == k_line_end || m_line.ends_with("\r\n\r\n")) {
      LIMN_TRY_ASSIGN(const auto head, read_part_head(m_line));
      m_receiver->begin_part(head);
      m_place = Place::data;
      m_line.clear();
      m_told = at + 1;
      expect_boundary();
      return at + 1;
    }
    if (m_line.size() >= m_limits.head_size) {
      return refuse_form(fmt::format("the lines above a part of the form have more than {} bytes",
                                     m_limits.head_size));
    }
  }
  return at;
}

void FormReader::expect_boundary()
{
  m_matched = m_borrowed = k_line_end.size();
}

std::size_t FormReader::candidate_size() const
{
  return m_place == Place::data || m_place == Place::preamble || m_place == Place::behind_boundary
           ? m_matched - m_borrowed + m_line.size()
           : 0;
}

void FormReader::forget_candidate()
{
  m_matched = m_borrowed = m_carried = 0;
  m_line.clear();
}

// What of it stands in this chunk is told with what comes behind it.
void FormReader::give_up_candidate()
{
  if (m_carried > 0) {
    const auto text = m_boundary.substr(m_borrowed, m_matched - m_borrowed) + m_line;
    tell(std::string_view(text).substr(0, m_carried));
  }
  forget_candidate();
}

// The candidate, which ends at `at`, was the boundary.
void FormReader::end_part(std::string_view bytes, std::size_t at)
{
  tell_until(bytes, at);
  if (m_before == Place::data) {
    m_receiver->end_part();
  }
  forget_candidate();
}

// What stands in front of the candidate, which ends at `at`.
void FormReader::tell_until(std::string_view bytes, std::size_t at)
{
  const auto end = at - (candidate_size() - m_carried);
  tell(bytes.substr(m_told, end - m_told));
}

void FormReader::tell(std::string_view piece)
{
  const bool is_content =
    m_place == Place::data || (m_place == Place::behind_boundary && m_before == Place::data);
  if (is_content && !piece.empty()) {
    m_receiver->data(piece);
  }
}

} // namespace limn
