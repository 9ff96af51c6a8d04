#include "http_server/host_text.hpp"

#include "base/ascii.hpp"

#include <arpa/inet.h>

#include <charconv>

namespace limn {

namespace {

std::optional<std::uint16_t> port_from(std::string_view text)
{
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(port)
                                                                  : std::nullopt;
}

bool is_numeric_address(const std::string& name)
{
  in6_addr address{};
  return ::inet_pton(AF_INET, name.c_str(), &address) == 1
         || ::inet_pton(AF_INET6, name.c_str(), &address) == 1;
}

} // namespace

std::optional<HostText> read_host(std::string_view text)
{
  HostText host;
  auto rest = std::string_view();
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) {
      return std::nullopt;
    }
    host.name = ascii_lower(text.substr(1, end - 1));
    rest = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    host.name = ascii_lower(text.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (!rest.empty()) {
    host.port = port_from(rest.substr(1));
    if (rest.front() != ':' || !host.port) {
      return std::nullopt;
    }
  }
  host.is_numeric = is_numeric_address(host.name);
  return host.name.empty() ? std::nullopt : std::optional(std::move(host));
}

bool is_loopback_name(std::string_view name)
{
  return name == "localhost" || name == "127.0.0.1" || name == "::1";
}

} // namespace limn
