#include "http/proxy.hpp"

#include "http/libcurl.hpp"

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace limn {

namespace {

constexpr std::array<const char*, 5> k_variables{"https_proxy", "HTTPS_PROXY", "http_proxy",
                                                 "all_proxy", "ALL_PROXY"};

struct FreeUrl {
  void operator()(CURLU* url) const { libcurl().url_cleanup(url); }
};

std::string part_of(CURLU* url, CURLUPart part, const char* otherwise, unsigned flags = 0)
{
  char* text = nullptr;
  if (libcurl().url_get(url, part, &text, flags) != CURLUE_OK) {
    return otherwise;
  }
  std::string result(text);
  libcurl().free(text);
  if (result.starts_with('[') && result.ends_with(']')) {
    result = result.substr(1, result.size() - 2);
  }
  return result;
}

using ProxyUrl = std::unique_ptr<CURLU, FreeUrl>;

// As libcurl reads it; null if it cannot, or is not there to ask a proxy anything.
ProxyUrl read_proxy(const char* proxy)
{
  if (!load_libcurl()) {
    return nullptr;
  }
  ProxyUrl url(libcurl().url());
  constexpr unsigned flags = CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME;
  if (libcurl().url_set(url.get(), CURLUPART_URL, proxy, flags) != CURLUE_OK) {
    return nullptr;
  }
  return url;
}

// Without one, libcurl's defaults for proxies.
std::string port_of(CURLU* url)
{
  const bool is_https = part_of(url, CURLUPART_SCHEME, "") == "https";
  return part_of(url, CURLUPART_PORT, is_https ? "443" : "1080");
}

// Those that the environment names.
std::vector<ProxyUrl> proxies()
{
  std::vector<ProxyUrl> result;
  for (const auto* name : k_variables) {
    const char* proxy = std::getenv(name);
    if (!proxy || !*proxy) {
      continue;
    }
    if (auto url = read_proxy(proxy)) {
      result.push_back(std::move(url));
    }
  }
  return result;
}

void add_addresses(CURLU* url, std::vector<sockaddr_storage>& addresses)
{
  const auto host = part_of(url, CURLUPART_HOST, "");
  const auto port = port_of(url);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (host.empty() || ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    return;
  }
  for (const auto* one = found; one; one = one->ai_next) {
    sockaddr_storage address{};
    std::memcpy(&address, one->ai_addr, std::min<std::size_t>(one->ai_addrlen, sizeof address));
    addresses.push_back(address);
  }
  ::freeaddrinfo(found);
}

bool same(const sockaddr& one, const sockaddr_storage& other)
{
  if (one.sa_family != other.ss_family) {
    return false;
  }
  if (one.sa_family == AF_INET) {
    sockaddr_in a{};
    sockaddr_in b{};
    std::memcpy(&a, &one, sizeof a);
    std::memcpy(&b, &other, sizeof b);
    return a.sin_port == b.sin_port && a.sin_addr.s_addr == b.sin_addr.s_addr;
  }
  sockaddr_in6 a{};
  sockaddr_in6 b{};
  std::memcpy(&a, &one, sizeof a);
  std::memcpy(&b, &other, sizeof b);
  return a.sin6_port == b.sin6_port
         && std::memcmp(&a.sin6_addr, &b.sin6_addr, sizeof a.sin6_addr) == 0;
}

} // namespace

const std::vector<sockaddr_storage>& proxy_addresses()
{
  static const auto addresses = [] {
    std::vector<sockaddr_storage> result;
    for (const auto& url : proxies()) {
      add_addresses(url.get(), result);
    }
    return result;
  }();
  return addresses;
}

std::string proxy_port(const std::string& proxy)
{
  const auto url = read_proxy(proxy.c_str());
  return url ? port_of(url.get()) : "";
}

bool is_proxy(const sockaddr& address)
{
  const auto& proxies = proxy_addresses();
  return std::any_of(proxies.begin(), proxies.end(),
                     [&](const sockaddr_storage& proxy) { return same(address, proxy); });
}

std::vector<Secret> proxy_secrets()
{
  std::vector<Secret> secrets;
  for (const auto& url : proxies()) {
    const auto password = part_of(url.get(), CURLUPART_PASSWORD, "", CURLU_URLDECODE);
    if (!password.empty()) {
      const auto user = part_of(url.get(), CURLUPART_USER, "", CURLU_URLDECODE);
      secrets.emplace_back(password);
      secrets.emplace_back(user + ":" + password); // how it is sent, as base64
    }
  }
  return secrets;
}

} // namespace limn
