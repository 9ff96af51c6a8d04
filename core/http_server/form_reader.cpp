#include "http_server/form_reader.hpp"

#include "http_server/part_head.hpp"

#include <fmt/format.h>

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
  while (!bytes.empty()) {
    switch (m_place) {
    case Place::preamble:
    case Place::data:
      bytes = read_data(bytes);
      break;
    case Place::behind_boundary: {
      LIMN_TRY_ASSIGN(bytes, read_behind_boundary(bytes));
      break;
    }
    case Place::head: {
      LIMN_TRY_ASSIGN(bytes, read_head(bytes));
      break;
    }
    case Place::epilogue:
      return {};
    }
  }
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
std::string_view FormReader::read_data(std::string_view bytes)
{
  std::size_t at = 0;
  while (at < bytes.size()) {
    if (m_matched == 0) {
      const auto line_end = bytes.find('\r', at);
      tell(bytes.substr(at, line_end - at));
      if (line_end == std::string_view::npos) {
        return {};
      }
      at = line_end + 1;
      m_matched = 1;
    } else if (bytes[at] != m_boundary[m_matched]) {
      tell_matched();
    } else {
      ++at;
      if (++m_matched == m_boundary.size()) {
        m_before = std::exchange(m_place, Place::behind_boundary);
        m_line.clear();
        break;
      }
    }
  }
  return bytes.substr(at);
}

// A line that only begins as the boundary does is data.
Result<std::string_view> FormReader::read_behind_boundary(std::string_view bytes)
{
  const char c = bytes.front();
  const bool is_at_begin = m_line.empty();
  const bool is_blank = c == ' ' || c == '\t';
  if (m_line == "-" && c == '-') {
    if (m_before == Place::data) {
      m_receiver->end_part();
    }
    m_place = Place::epilogue;
    return bytes.substr(1);
  }
  if (m_line.ends_with('\r') && c == '\n') {
    if (m_before == Place::data) {
      m_receiver->end_part();
    }
    if (++m_parts > m_limits.parts) {
      return refuse_form(fmt::format("the form has more than {} parts", m_limits.parts));
    }
    m_place = Place::head;
    m_line.clear();
    return bytes.substr(1);
  }
  const bool goes_on = (is_at_begin && c == '-')
                       || (!m_line.starts_with('-') && !m_line.ends_with('\r')
                           && (is_blank || c == '\r') && m_line.size() < m_limits.head_size);
  if (goes_on) {
    m_line += c;
    return bytes.substr(1);
  }
  m_place = m_before;
  tell_matched();
  tell(m_line);
  return bytes;
}

Result<std::string_view> FormReader::read_head(std::string_view bytes)
{
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    m_line += bytes[at];
    if (m_line == k_line_end || m_line.ends_with("\r\n\r\n")) {
      LIMN_TRY_ASSIGN(const auto head, read_part_head(m_line));
      m_receiver->begin_part(head);
      m_place = Place::data;
      expect_boundary();
      return bytes.substr(at + 1);
    }
    if (m_line.size() >= m_limits.head_size) {
      return refuse_form(fmt::format("the lines above a part of the form have more than {} bytes",
                                     m_limits.head_size));
    }
  }
  return std::string_view();
}

void FormReader::expect_boundary()
{
  m_matched = m_borrowed = k_line_end.size();
}

void FormReader::tell_matched()
{
  const auto borrowed = std::exchange(m_borrowed, 0);
  const auto matched = std::exchange(m_matched, 0);
  tell(std::string_view(m_boundary).substr(borrowed, matched - borrowed));
}

void FormReader::tell(std::string_view piece)
{
  if (m_place == Place::data && !piece.empty()) {
    m_receiver->data(piece);
  }
}

} // namespace limn
