#include "http/ordered_connections.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace limn {

namespace {

int local_port_of(int socket)
{
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  if (::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return -1;
  }
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

} // namespace

void OrderedConnections::closed(int socket)
{
  m_nameless.erase(socket);
  std::erase_if(m_named, [socket](const auto& entry) { return entry.second.socket == socket; });
}

std::string OrderedConnections::name(const char* local_address, int local_port, const char* address,
                                     int port)
{
  return fmt::format("{} {} {} {}", local_address, local_port, address, port);
}

OrderedConnections::Standing OrderedConnections::standing(const std::string& name, int local_port,
                                                          Age age, Security security)
{
  if (age == Age::fresh) {
    const auto socket = std::ranges::find(m_nameless, local_port, local_port_of);
    if (socket == m_nameless.end()) {
      return Standing::clean;
    }
    m_named[name] = {*socket, false};
    m_nameless.erase(socket);
  }
  const auto found = m_named.find(name);
  if (found == m_named.end()
      || (age == Age::fresh ? security == Security::tls : !found->second.is_ordered)) {
    return Standing::clean;
  }
  char byte = 0;
  const auto count = ::recv(found->second.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
    return Standing::clean;
  }
  if (age == Age::used) {
    return Standing::stale;
  }
  return count > 0 ? Standing::speaks_first : Standing::clean; // libcurl finds what is broken
}

void OrderedConnections::mark_as_ordered(const std::string& name)
{
  if (const auto found = m_named.find(name); found != m_named.end()) {
    found->second.is_ordered = true;
  }
}

} // namespace limn
