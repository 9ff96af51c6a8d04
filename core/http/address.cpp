#include "http/address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>

namespace limn {

namespace {

struct Block4 {
  std::uint32_t address;
  int bits;
};

// IANA IPv4 special-purpose address registry, and multicast.
// 198.18.0.0/15 (benchmarking) is left out: VPN clients hand out such addresses for public names.
constexpr std::array<Block4, 15> k_special_v4{{
  {0x00000000, 8},  // this network
  {0x0a000000, 8},  // private
  {0x64400000, 10}, // shared
  {0x7f000000, 8},  // loopback
  {0xa9fe0000, 16}, // link-local
  {0xac100000, 12}, // private
  {0xc0000000, 24}, // protocol assignments
  {0xc0000200, 24}, // documentation
  {0xc0586300, 24}, // 6to4 relay
  {0xc0a80000, 16}, // private
  {0xc6336400, 24}, // documentation
  {0xcb007100, 24}, // documentation
  {0xe0000000, 4},  // multicast
  {0xf0000000, 4},  // reserved
  {0xffffffff, 32}, // broadcast
}};

bool is_public_v4(std::uint32_t address)
{
  for (const auto& block : k_special_v4) {
    const std::uint32_t mask = ~std::uint32_t{0} << (32 - block.bits);
    if ((address & mask) == block.address) {
      return false;
    }
  }
  return true;
}

std::uint32_t v4_at(const std::uint8_t* bytes)
{
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16
         | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

bool is_public_v6(const std::uint8_t* b)
{
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  constexpr std::array<std::uint8_t, 12> nat64{0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
  if (std::memcmp(b, mapped.data(), mapped.size()) == 0
      || std::memcmp(b, nat64.data(), nat64.size()) == 0) {
    return is_public_v4(v4_at(b + 12));
  }
  if (b[0] == 0x20 && b[1] == 0x02) { // 6to4
    return is_public_v4(v4_at(b + 2));
  }
  // Only 2000::/3 is handed out; in it, leave out Teredo and the like (2001::/23), documentation
  // (2001:db8::/32, 3fff::/20).
  const bool unicast = (b[0] & 0xe0) == 0x20;
  const bool protocol = b[0] == 0x20 && b[1] == 0x01 && b[2] < 0x02;
  const bool documentation = (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8)
                             || (b[0] == 0x3f && b[1] == 0xff && b[2] < 0x10);
  return unicast && !protocol && !documentation;
}

} // namespace

bool is_public(const sockaddr& address)
{
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return is_public_v6(v6.sin6_addr.s6_addr);
  }
  return false;
}

bool is_loopback(const sockaddr& address)
{
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
  }
  return false;
}

bool is_special_host(const std::string& host)
{
  if (host == "localhost" || host.ends_with(".localhost") || host == "localhost.") {
    return true;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    return !is_public(reinterpret_cast<const sockaddr&>(v4));
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  const bool is_bracketed = host.size() > 2 && host.front() == '[';
  if (is_bracketed
      && ::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) == 1) {
    return !is_public(reinterpret_cast<const sockaddr&>(v6));
  }
  return is_bracketed; // with a zone: of this link
}

} // namespace limn
