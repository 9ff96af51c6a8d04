#pragma once

#include "base/secret.hpp"

#include <sys/socket.h>

#include <string>
#include <vector>

namespace limn {

// The addresses (with ports) of the proxies that the environment names: HTTPS_PROXY and ALL_PROXY
// in either case, and http_proxy. A connection to one of them is not a connection to where a URL
// points. Asks the name service, once.
const std::vector<sockaddr_storage>& proxy_addresses();

// The port that libcurl connects to for a proxy that is named so; empty if that is none it can
// read.
std::string proxy_port(const std::string& proxy);

// Whether `address` is one of them.
bool is_proxy(const sockaddr& address);

// What must not be shown of these variables: each password, alone and behind its user's name.
std::vector<Secret> proxy_secrets();

} // namespace limn
