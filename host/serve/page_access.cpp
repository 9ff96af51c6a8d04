#include "serve/page_access.hpp"

#include "base/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace limn {

namespace {

std::string decoded(std::string_view text)
{
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const auto* const hex = text.data() + i + 1;
    const bool is_code = text[i] == '%' && i + 2 < text.size()
                         && std::from_chars(hex, hex + 2, byte, 16).ptr == hex + 2;
    if (is_code) {
      plain += static_cast<char>(byte);
      i += 2;
    } else {
      plain += text[i] == '+' ? ' ' : text[i];
    }
  }
  return plain;
}

} // namespace

std::optional<ErrorReply> refusal_of_page(const RequestHead& head)
{
  const auto origin = ascii_lower(head.header("origin"));
  const auto host = ascii_lower(head.header("host"));
  const auto site = head.header("sec-fetch-site");
  const bool is_own_origin =
    origin.empty() || origin == "http://" + host || origin == "https://" + host;
  const bool is_own_site = site.empty() || site == "same-origin" || site == "none";
  if (is_own_origin && is_own_site) {
    return std::nullopt;
  }
  return refusal(403, "unknown_origin", "Only the page of this server itself may ask for this.");
}

std::string session_cookie_name(std::uint16_t port)
{
  return fmt::format("limn_session_{}", port);
}

std::string_view cookie_of(const RequestHead& head, std::string_view name)
{
  for (const auto& [key, value] : head.headers) {
    std::string_view rest = key == "cookie" ? std::string_view(value) : std::string_view();
    while (!rest.empty()) {
      const auto end = rest.find(';');
      const auto one = trimmed(rest.substr(0, end));
      if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') {
        return one.substr(name.size() + 1);
      }
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    }
  }
  return {};
}

HeaderList page_headers()
{
  return {{"cache-control", "no-store"},
          {"x-content-type-options", "nosniff"},
          {"referrer-policy", "no-referrer"},
          {"cross-origin-resource-policy", "same-origin"},
          {"content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"}};
}

std::string query_member(const RequestHead& head, std::string_view name)
{
  std::string_view rest = head.target;
  const auto begin = rest.find('?');
  rest = begin == std::string_view::npos ? std::string_view() : rest.substr(begin + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    const auto one = rest.substr(0, end);
    if (one.size() > name.size() && one.starts_with(name) && one[name.size()] == '=') {
      return decoded(one.substr(name.size() + 1));
    }
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  }
  return {};
}

std::string_view path_behind(const RequestHead& head, std::string_view route)
{
  const auto path = head.path();
  return path.size() > route.size() ? path.substr(route.size() + 1) : std::string_view();
}

bool is_history_id(std::string_view id)
{
  constexpr std::size_t k_length = 10;
  return id.size() == k_length && std::ranges::all_of(id, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
         });
}

} // namespace limn
