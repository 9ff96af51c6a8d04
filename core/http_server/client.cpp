#include "http_server/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <array>
#include <cstring>

namespace limn {

namespace {

std::string text_of(int family, const void* address)
{
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

Client client_at_four(in_addr address)
{
  const bool is_loopback = (ntohl(address.s_addr) >> 24U) == IN_LOOPBACKNET;
  return {Client::Way::tcp, text_of(AF_INET, &address), is_loopback, false};
}

} // namespace

Client client_at(const sockaddr_storage& address)
{
  if (address.ss_family == AF_INET) {
    return client_at_four(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  }
  if (address.ss_family != AF_INET6) {
    return {Client::Way::unix_socket, {}, false, false};
  }
  const auto& of_six = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&of_six)) {
    in_addr of_four{};
    std::memcpy(&of_four, of_six.s6_addr + 12, sizeof of_four);
    return client_at_four(of_four);
  }
  return {Client::Way::tcp, text_of(AF_INET6, &of_six), IN6_IS_ADDR_LOOPBACK(&of_six) != 0, false};
}

Client client_of(int socket, const sockaddr_storage& address)
{
  auto client = client_at(address);
  ucred peer{};
  socklen_t size = sizeof peer;
  if (client.way == Client::Way::unix_socket
      && ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
    client.is_own_user = peer.uid == ::geteuid() || peer.uid == 0;
  }
  return client;
}

std::string PeerPlaces::peer_of(const Client& client) const
{
  const bool is_counted =
    client.way == Client::Way::tcp && (m_counted == Counted::all || !client.is_loopback);
  if (!is_counted) {
    return {};
  }
  in6_addr of_six{};
  if (::inet_pton(AF_INET6, client.address.c_str(), &of_six) != 1) {
    return client.address;
  }
  std::memset(of_six.s6_addr + 8, 0, 8);
  return text_of(AF_INET6, &of_six) + "/64";
}

bool PeerPlaces::has_room(const std::string& peer) const
{
  const auto found = m_taken.find(peer);
  return found == m_taken.end() || found->second < m_most;
}

void PeerPlaces::take(const std::string& peer)
{
  if (!peer.empty()) {
    ++m_taken[peer];
  }
}

void PeerPlaces::give_back(const std::string& peer)
{
  if (const auto found = m_taken.find(peer); found != m_taken.end() && --found->second == 0) {
    m_taken.erase(found);
  }
}

} // namespace limn
