#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace limn {

// Connections of HTTP/1, where nothing but their order tells which answer is to which request. What
// can be read there before a request is sent is an answer to none, or to one before. (HTTP/2
// numbers both, and other answers are always on their way there.)
class OrderedConnections
{
public:
  enum class Standing {
    clean,
    speaks_first, // something can be read on a connection that is new
    stale,        // on one that was used before: something can be read, or it is closed
  };
  enum class Age { fresh, used };
  enum class Security { plain, tls };

  void opened(int socket) { m_nameless.insert(socket); }
  void closed(int socket);

  // What libcurl, which does not tell the socket, calls the two ends of a connection: a name for it
  // in the calls below.
  static std::string name(const char* local_address, int local_port, const char* address, int port);

  // What can be said of it before a request is sent. A TLS connection that is new may always be
  // read from: the server sends tickets.
  Standing standing(const std::string& name, int local_port, Age age, Security security);

  // An answer in HTTP/1 came through it.
  void mark_as_ordered(const std::string& name);

private:
  struct Connection {
    int socket = -1;
    bool is_ordered = false;
  };

  std::unordered_set<int> m_nameless; // no request was sent through it yet
  std::unordered_map<std::string, Connection> m_named;
};

} // namespace limn
