#pragma once

#include <sys/socket.h>

#include <string>

namespace limn {

// Whether an address belongs to the public internet: not loopback, private, link-local, shared (RFC
// 6598), multicast, documentation, unspecified or otherwise special (IANA special-purpose
// registries), also when wrapped into IPv6 (mapped, NAT64, 6to4). Anything but IPv4 and IPv6 is
// not.
bool is_public(const sockaddr& address);

// Whether it is of this machine: 127.0.0.0/8 and ::1.
bool is_loopback(const sockaddr& address);

// Whether a host as a URL has it (IPv6 in brackets) can be told to be no public one without asking
// the name service: a literal address that is special, or a name that means this machine.
bool is_special_host(const std::string& host);

} // namespace limn
