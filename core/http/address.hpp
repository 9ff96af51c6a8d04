#pragma once

#include <sys/socket.h>

namespace limn {

// Whether an address belongs to the public internet: not loopback, private, link-local, shared (RFC
// 6598), multicast, documentation, unspecified or otherwise special (IANA special-purpose
// registries), also when wrapped into IPv6 (mapped, NAT64, 6to4). Anything but IPv4 and IPv6 is
// not.
bool is_public(const sockaddr& address);

} // namespace limn
