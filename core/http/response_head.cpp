#include "http/response_head.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>

namespace limn {

ResponseHead::Line ResponseHead::take(std::string_view line)
{
  if (line.starts_with("HTTP/")) {
    return take_status(line);
  }
  if (m_is_final) {
    return Line::more;
  }
  const auto text = trimmed(line);
  if (!text.empty()) {
    if (const auto colon = text.find(':'); colon != std::string_view::npos) {
      m_headers.emplace_back(ascii_lower(trimmed(text.substr(0, colon))),
                             trimmed(text.substr(colon + 1)));
    }
    return Line::more;
  }
  m_is_within = false;
  m_is_final = m_status >= 200;
  return m_is_final ? Line::final : Line::more;
}

ResponseHead::Line ResponseHead::take_status(std::string_view line)
{
  if (m_is_within || m_is_final) {
    return Line::second;
  }
  constexpr std::size_t k_most_told = 9;
  line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  const auto digits = line.substr(0, std::min(line.find_first_not_of("0123456789"), line.size()));
  m_status = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), m_status);
  if (digits.size() != 3 || m_status < 100 || m_status > 599) {
    m_status = 0;
    m_bad_status = digits.substr(0, k_most_told);
    return Line::no_status;
  }
  m_is_within = true;
  m_headers.clear();
  return Line::more;
}

} // namespace limn
