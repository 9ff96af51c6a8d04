#pragma once

#include <sys/socket.h>

#include <vector>

namespace limn {

// The addresses (with ports) of the proxies that the environment names: HTTPS_PROXY, HTTP_PROXY,
// ALL_PROXY, in either case. A connection to one of them is not a connection to where a URL points.
// Asks the name service, once.
const std::vector<sockaddr_storage>& proxy_addresses();

// Whether `address` is one of them.
bool is_proxy(const sockaddr& address);

} // namespace limn
