#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <map>
#include <string>

namespace limn {

// Who is at the other end of a connection, as the kernel tells. Behind a proxy it is that one.
struct Client {
  enum class Way { tcp, unix_socket };

  Way way = Way::tcp;
  std::string address; // in numbers, an IPv4 one never as IPv6, without a port; of a unix socket ""
  bool is_loopback = false; // the address is one of this machine's loopback; false of a unix socket
  // Of a unix socket: whoever connected it is this process's user, or root. False of the others.
  bool is_own_user = false;
};

// Of the address that accept() gave.
Client client_at(const sockaddr_storage& address);

// The same with what is known of the user at the other end of that socket.
Client client_of(int socket, const sockaddr_storage& address);

// Counts the connections of each peer: an IPv4 address, or the first 64 bits of an IPv6 one, since
// who has one of these has all of them. Those of unix sockets are not counted.
class PeerPlaces
{
public:
  enum class Counted { all_but_loopback, all };

  PeerPlaces(std::size_t most, Counted counted) : m_most(most), m_counted(counted) {}

  // Empty: it is not counted.
  std::string peer_of(const Client& client) const;

  bool has_room(const std::string& peer) const;
  void take(const std::string& peer);
  void give_back(const std::string& peer);

private:
  std::size_t m_most;
  Counted m_counted;
  std::map<std::string, std::size_t> m_taken; // without those that have none
};

} // namespace limn
