#pragma once

#include "base/result.hpp"
#include "http_server/http_server.hpp"
#include "settings/settings.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// Whether who asks needs a key of limn's own. Whoever asks by a unix socket and is this user (or
// root) needs none. With `or_link` there need not be a key, since somebody comes by the link to the
// page.
enum class KeyUse { required, or_link, none };

// What is said of a server when it is started, over what limn.yaml says.
struct ServeOptions {
  // Where it listens. With none of these, here or in limn.yaml: at k_serve_port of 127.0.0.1, and
  // of ::1 if there is one.
  std::optional<std::uint16_t> port;  // 0: any free one
  std::vector<std::string> addresses; // in numbers, or "localhost"
  std::filesystem::path socket_file;  // absolute; alone, there is no address
  std::vector<int> descriptors;       // that were handed over; likewise

  KeyUse keys = KeyUse::required;
  bool is_strict = false; // these two as ServeSettings has them
  std::string public_url;
  std::string pass_through;       // likewise
  std::vector<std::string> hosts; // these two as AccessRules has them
  std::vector<std::string> origins;
  std::optional<NanoUsd> max_cost_per_day; // these two as ServeSettings has them
  std::optional<NanoUsd> max_cost;
};

inline constexpr std::uint16_t k_serve_port = 8484;

// The settings of limn.yaml under what was said.
ServeSettings settings_under(const ServeOptions& options, ServeSettings settings);

// The places of limn.yaml, where nothing was said of any.
ServeOptions with_places_of(const ServeSettings& settings, ServeOptions options);

// Where such a server listens, and how long it waits for clients.
ServerOptions http_options_of(const ServeOptions& options);

// Whether without a key nobody but this machine could ask at these addresses. FailureClass::usage.
Done check_keyless(const std::vector<std::string>& addresses);

} // namespace limn
