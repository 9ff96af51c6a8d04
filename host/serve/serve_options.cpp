#include "serve/serve_options.hpp"

#include "serve/access.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

constexpr std::uint32_t k_most_head = 8U << 10U;

constexpr const char* k_loopback = "127.0.0.1";
constexpr const char* k_loopback_six = "::1";

// Programs ask "localhost" by either of the two.
void listen_at_loopback(ServerOptions& http)
{
  http.addresses.emplace_back(k_loopback);
  http.addresses_if_there.emplace_back(k_loopback_six);
}

} // namespace

ServeSettings settings_under(const ServeOptions& options, ServeSettings settings)
{
  if (!options.hosts.empty()) {
    settings.hosts = options.hosts;
  }
  if (!options.origins.empty()) {
    settings.origins = options.origins;
  }
  settings.strict = settings.strict || options.is_strict;
  if (!options.public_url.empty()) {
    settings.public_url = options.public_url;
  }
  if (!options.pass_through.empty()) {
    settings.pass_through = options.pass_through;
  }
  if (options.max_cost_per_day) {
    settings.max_cost_per_day = options.max_cost_per_day;
  }
  if (options.max_cost) {
    settings.max_cost = options.max_cost;
  }
  return settings;
}

ServeOptions with_places_of(const ServeSettings& settings, ServeOptions options)
{
  const bool is_said = options.port || !options.addresses.empty() || !options.socket_file.empty()
                       || !options.descriptors.empty();
  if (is_said) {
    return options;
  }
  if (settings.port) {
    options.port = static_cast<std::uint16_t>(*settings.port);
  }
  options.addresses = settings.listen;
  options.socket_file = settings.socket;
  return options;
}

ServerOptions http_options_of(const ServeOptions& options)
{
  ServerOptions http;
  http.addresses.clear();
  for (const auto& address : options.addresses) {
    if (address == "localhost") {
      listen_at_loopback(http);
    } else {
      http.addresses.push_back(address);
    }
  }
  const bool is_elsewhere = !options.socket_file.empty() || !options.descriptors.empty();
  if (options.addresses.empty() && (options.port || !is_elsewhere)) {
    listen_at_loopback(http);
  }
  http.port = options.port.value_or(k_serve_port);
  http.socket_file = options.socket_file;
  http.descriptors = options.descriptors;
  http.max_head_size = k_most_head;
  http.head_time = std::chrono::seconds(10);
  http.idle_time = std::chrono::seconds(60);
  http.max_body_size = std::uint64_t{1} << 40U; // each endpoint's own is told as the API does
  return http;
}

Done check_keyless(const std::vector<std::string>& addresses)
{
  for (const auto& address : addresses) {
    if (!is_loopback(address)) {
      return fail(
        FailureClass::usage,
        fmt::format("--no-key is for this machine alone, and {} is open to others", address),
        "leave out --no-key, and give each program a key: limn serve key new NAME");
    }
  }
  return {};
}

} // namespace limn
