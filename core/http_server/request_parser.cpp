#include "http_server/request_parser.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace http = boost::beast::http;

namespace {

// With its name. Beast counts the length of either in 16 bits.
constexpr std::size_t k_longest_header = 60'000;

// A body without any chunk but the last, as far as it has come. Beast takes it for a fault of its
// caller to be given the beginning of that one alone.
bool may_be_first_and_last_chunk(std::string_view bytes)
{
  constexpr std::string_view k_last_chunk = "0\r\n\r\n";
  return bytes.starts_with('0') && bytes.size() < k_last_chunk.size();
}

} // namespace

void RequestParser::HeadParser::on_field_impl(http::field id, boost::beast::string_view name,
                                              boost::beast::string_view value,
                                              boost::beast::error_code& error)
{
  if (m_is_behind_body) {
    return;
  }
  ++m_count;
  if (has_too_many() || name.size() + value.size() > k_longest_header) {
    error = http::error::header_limit;
    return;
  }
  get().insert(id, name, value);
}

RequestParser::RequestParser(std::uint32_t max_head_size, std::uint64_t max_body_size,
                             OnBody on_body)
  : m_max_head_size(max_head_size), m_max_body_size(max_body_size), m_on_body(std::move(on_body))
{
  m_parser.header_limit(max_head_size);
  m_parser.body_limit(max_body_size);
  m_parser.get().body() = &m_on_body;
}

std::size_t RequestParser::take(std::string_view bytes)
{
  std::size_t taken = 0;
  m_is_stopped = false;
  while (taken < bytes.size() && !m_fault && !is_whole() && !m_is_stopped) {
    boost::beast::error_code error;
    const auto rest = bytes.substr(taken);
    if (m_has_head && m_parser.chunked() && may_be_first_and_last_chunk(rest)) {
      break;
    }
    const auto count = m_parser.put(boost::asio::const_buffer(rest.data(), rest.size()), error);
    taken += count;
    m_head_size += m_has_head ? 0 : count;
    // Beast begins to count anew behind what it has taken.
    if (m_head_size > m_max_head_size) {
      error = http::error::header_limit;
    }
    if (error == http::error::need_more) {
      break;
    }
    if (error) {
      m_fault = fault_for(error);
    } else if (!m_has_head && m_parser.is_header_done()) {
      read_head();
      break;
    }
  }
  return taken;
}

bool RequestParser::awaits_continue() const
{
  return speaks_1_1() && equal_ignoring_case(m_head.header("expect"), "100-continue");
}

void RequestParser::read_head()
{
  const auto& message = m_parser.get();
  m_head.method = std::string(message.method_string());
  m_head.target = std::string(message.target());
  for (const auto& field : message) {
    m_head.headers.emplace_back(ascii_lower(std::string_view(field.name_string())),
                                std::string(field.value()));
  }
  if (!m_parser.chunked()) {
    m_head.body_size = m_parser.content_length().value_or(0);
  }
  m_has_head = true;
  m_parser.end_of_head();
  m_fault = fault_of_head();
}

// What Beast leaves to its user. How long a request is must be beyond doubt: what one side takes
// for a body is another request to the other.
std::optional<RequestFault> RequestParser::fault_of_head() const
{
  for (const auto& [name, value] : m_head.headers) {
    // RFC 9112, 6.1: HTTP/1.0 has none; who stands between may take the chunks for requests.
    if (name == "transfer-encoding" && !speaks_1_1()) {
      return RequestFault{400, "a request of HTTP/1.0 has no transfer coding"};
    }
    if (name == "transfer-encoding" && !equal_ignoring_case(value, "chunked")) {
      return RequestFault{501, "of transfer codings only 'chunked' is known here"};
    }
  }
  const auto hosts = std::count_if(m_head.headers.begin(), m_head.headers.end(),
                                   [](const auto& header) { return header.first == "host"; });
  if (hosts > 1 || (hosts == 0 && speaks_1_1())) {
    return RequestFault{400, "a request has one Host header"};
  }
  return std::nullopt;
}

RequestFault RequestParser::fault_for(const boost::beast::error_code& error) const
{
  if (error == http::error::header_limit && m_parser.has_too_many()) {
    return {431, fmt::format("the head of the request has more than {} headers", k_most_headers)};
  }
  if (error == http::error::header_limit) {
    return {431, fmt::format("the head of the request has more than {} bytes", m_max_head_size)};
  }
  if (error == http::error::body_limit) {
    return {413, fmt::format("the body of the request has more than {} bytes", m_max_body_size)};
  }
  return {400, fmt::format("this is no HTTP request: {}", error.message())};
}

} // namespace limn
