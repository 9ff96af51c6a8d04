#include "serve/access.hpp"

#include "base/ascii.hpp"
#include "http_server/host_text.hpp"
#include "work/work_order.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace limn {

namespace {

constexpr int k_most_hops = 3;

bool is_any_address(std::string_view address)
{
  return address == "0.0.0.0" || address == "::";
}

// No page can have an address in numbers stand for another one.
bool is_known_host(std::string_view text, const AccessRules& rules)
{
  const auto host = read_host(text);
  if (!host) {
    return false;
  }
  constexpr std::uint16_t k_of_http = 80;
  const auto is_meant_by = [&](const ListeningAt& place) {
    return host->port.value_or(k_of_http) == place.port
           && (is_loopback_name(host->name) || host->name == ascii_lower(place.address)
               || (host->is_numeric && !is_loopback(place.address)));
  };
  return std::ranges::any_of(rules.places, is_meant_by)
         || std::ranges::any_of(rules.hosts, [&](const std::string& named) {
              const auto known = read_host(named);
              return known && known->name == host->name
                     && (!known->port || known->port == host->port);
            });
}

std::size_t count_of(const RequestHead& head, std::string_view name)
{
  return static_cast<std::size_t>(
    std::ranges::count(head.headers, name, &HeaderList::value_type::first));
}

// A page of this server itself, or one that the user listed.
bool is_known_origin(const RequestHead& head, const AccessRules& rules)
{
  const auto origin = ascii_lower(head.header("origin"));
  const auto host = ascii_lower(head.header("host"));
  return origin == "http://" + host || origin == "https://" + host
         || std::ranges::any_of(
           rules.origins, [&](const std::string& listed) { return ascii_lower(listed) == origin; });
}

std::string_view media_type_of(const RequestHead& head)
{
  const auto type = head.header("content-type");
  return trimmed(type.substr(0, type.find(';')));
}

// Also of a body in a coding, whose size says nothing.
std::optional<ErrorReply> refusal_of_size(const RequestHead& head, std::uint64_t most)
{
  if (const auto coding = head.header("content-encoding");
      !coding.empty() && !equal_ignoring_case(coding, "identity")) {
    return refusal(415, "unsupported_media_type", "The body has to come without a coding.");
  }
  if (head.body_size && *head.body_size > most) {
    return refusal(413, "request_too_large",
                   fmt::format("The body is larger than {} bytes.", most));
  }
  return std::nullopt;
}

} // namespace

std::uint16_t first_port(const AccessRules& rules)
{
  return rules.places.empty() ? 0 : rules.places.front().port;
}

bool is_loopback(std::string_view address)
{
  const std::string text(address);
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    return (ntohl(four.s_addr) >> 24U) == 127;
  }
  in6_addr six{};
  return ::inet_pton(AF_INET6, text.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

std::vector<ListeningAt> tcp_places(const std::vector<std::string>& places)
{
  std::vector<ListeningAt> found;
  for (const auto& place : places) {
    const auto host = read_host(place);
    if (host && host->is_numeric && host->port) {
      found.push_back({host->name, *host->port});
    }
  }
  return found;
}

std::optional<ErrorReply> refusal_of(const RequestHead& head, const AccessRules& rules,
                                     Client::Way way)
{
  if (way == Client::Way::tcp
      && (count_of(head, "host") != 1 || !is_known_host(head.header("host"), rules))) {
    return refusal(421, "unknown_host",
                   "The Host of this request is none of this server's names. Ask it by its "
                   "address, or start it with --allow-host NAME.");
  }
  const auto origins = count_of(head, "origin");
  if (origins > 1 || (origins == 1 && !is_known_origin(head, rules))) {
    return refusal(403, "unknown_origin",
                   "Pages of this origin may not use this server. Start it with --allow-origin "
                   "ORIGIN if they should.");
  }
  const auto hops = hops_of(head);
  if (!hops || *hops > k_most_hops) {
    return refusal(400, "loop_detected",
                   "This request went through several limns already: one of them has another one "
                   "of them as a gateway.");
  }
  return std::nullopt;
}

bool is_from_here(const RequestHead& head, const Client& client)
{
  constexpr std::array<std::string_view, 4> k_of_proxies{"forwarded", "via", "x-forwarded-for",
                                                         "x-real-ip"};
  return (client.is_loopback || client.is_own_user)
         && std::ranges::none_of(k_of_proxies,
                                 [&](std::string_view name) { return count_of(head, name) > 0; });
}

std::optional<ErrorReply> refusal_of_body(const RequestHead& head, std::uint64_t most)
{
  if (count_of(head, "content-type") != 1
      || !equal_ignoring_case(media_type_of(head), "application/json")) {
    return refusal(415, "unsupported_media_type",
                   "The body has to be JSON, with content-type: application/json.");
  }
  return refusal_of_size(head, most);
}

bool has_form(const RequestHead& head)
{
  return count_of(head, "content-type") == 1
         && equal_ignoring_case(media_type_of(head), "multipart/form-data");
}

std::optional<ErrorReply> refusal_of_form(const RequestHead& head, std::uint64_t most)
{
  return refusal_of_size(head, most);
}

HeaderList sharing_headers(const RequestHead& head, const AccessRules& rules)
{
  if (count_of(head, "origin") != 1 || !is_known_origin(head, rules)) {
    return {};
  }
  return {{"access-control-allow-origin", std::string(head.header("origin"))},
          {"access-control-expose-headers",
           "x-request-id, x-limn-gateway, x-limn-model, x-limn-attempts, x-limn-cost-usd, "
           "x-limn-job, x-limn-dropped, x-limn-partial, x-should-retry, retry-after, "
           "idempotent-replayed, openai-processing-ms, mcp-session-id"},
          {"vary", "origin"}};
}

// Those of a family cannot be named by a pattern: the ones that are asked about are answered.
HeaderList preflight_headers(const RequestHead& head, const AccessRules& rules)
{
  auto headers = sharing_headers(head, rules);
  if (headers.empty()) {
    return headers;
  }
  constexpr std::array<std::string_view, 9> k_allowed{
    "authorization",  "content-type",        "idempotency-key",
    "x-request-id",   "x-client-request-id", "mcp-protocol-version",
    "mcp-session-id", "mcp-method",          "mcp-name"};
  std::string allowed;
  auto asked = head.header("access-control-request-headers");
  while (!asked.empty()) {
    const auto comma = asked.find(',');
    const auto name = ascii_lower(trimmed(asked.substr(0, comma)));
    if (std::ranges::find(k_allowed, name) != k_allowed.end() || name.starts_with("x-stainless-")) {
      allowed += (allowed.empty() ? "" : ", ") + name;
    }
    asked = comma == std::string_view::npos ? std::string_view() : asked.substr(comma + 1);
  }
  headers.emplace_back("access-control-allow-methods", "GET, HEAD, POST, DELETE");
  headers.emplace_back("access-control-allow-headers", allowed);
  headers.emplace_back("access-control-max-age", "600");
  return headers;
}

std::string_view bearer_of(const RequestHead& head)
{
  constexpr std::string_view scheme = "Bearer ";
  const auto value = head.header("authorization");
  return value.size() > scheme.size() && equal_ignoring_case(value.substr(0, scheme.size()), scheme)
           ? trimmed(value.substr(scheme.size()))
           : std::string_view();
}

std::optional<int> hops_of(const RequestHead& head)
{
  const auto text = head.header(k_hops_header);
  if (text.empty()) {
    return 0;
  }
  int hops = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hops);
  const bool is_number = error == std::errc() && end == text.data() + text.size() && hops >= 0;
  return is_number ? std::optional(hops) : std::nullopt;
}

// A client's own id of its request, where it is one; else a new one.
std::string request_id_of(const RequestHead& head)
{
  constexpr std::size_t k_longest = 128;
  for (const auto* name : {"x-request-id", "x-client-request-id"}) {
    const auto id = head.header(name);
    const bool is_id = !id.empty() && id.size() <= k_longest && std::ranges::all_of(id, [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'
             || c == '_' || c == '.';
    });
    if (is_id) {
      return std::string(id);
    }
  }
  std::uint64_t random[2] = {};
  static_cast<void>(::getrandom(random, sizeof random, 0));
  return fmt::format("req_{:016x}{:016x}", random[0], random[1]);
}

// What the official clients tell of a request that they send again.
bool says_that_it_repeats(const RequestHead& head)
{
  const auto text = head.header("x-stainless-retry-count");
  unsigned count = 0;
  std::from_chars(text.data(), text.data() + text.size(), count);
  return count > 0;
}

bool is_own(std::string_view base_url, const AccessRules& rules)
{
  const auto begin = base_url.find("://");
  if (begin == std::string_view::npos) {
    return false;
  }
  const auto scheme = base_url.substr(0, begin);
  auto authority = base_url.substr(begin + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  authority = authority.substr(authority.find('@') + 1); // npos + 1: all of it
  const auto host = read_host(authority);
  if (!host) {
    return false;
  }
  const std::uint16_t usual = equal_ignoring_case(scheme, "https") ? 443 : 80;
  const auto port = host->port.value_or(usual);
  const auto is_at = [&](const ListeningAt& place) {
    const bool takes_loopback = is_loopback(place.address) || is_any_address(place.address);
    return port == place.port
           && (host->name == ascii_lower(place.address) || is_any_address(host->name)
               || (takes_loopback && is_loopback_name(host->name)));
  };
  return std::ranges::any_of(rules.places, is_at)
         || std::ranges::any_of(rules.hosts, [&](const std::string& named) {
              const auto known = read_host(named);
              return known && known->name == host->name && (!known->port || *known->port == port);
            });
}

} // namespace limn
