#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// What stands in a Host header, or between the "//" of an address and its path.
struct HostText {
  std::string name; // in lower case, of IPv6 without brackets
  std::optional<std::uint16_t> port;
  bool is_numeric = false; // an address, which no page of elsewhere can have for its own name
};

// Of "name", "name:1", "[::1]:1"; nothing: it is none of these.
std::optional<HostText> read_host(std::string_view text);

// "localhost" and the two addresses that mean it.
bool is_loopback_name(std::string_view name);

} // namespace limn
