#include "http/known_addresses.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace limn {

void KnownAddresses::add(const std::string& host, std::string_view address)
{
  m_known.emplace(host, address);
}

bool KnownAddresses::has(const std::string& host, const sockaddr& address) const
{
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes =
    address.sa_family == AF_INET
      ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr)
      : &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  return ::inet_ntop(address.sa_family, bytes, text.data(), text.size()) != nullptr
         && m_known.contains({host, text.data()});
}

} // namespace limn
