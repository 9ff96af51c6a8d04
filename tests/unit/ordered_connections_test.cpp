#include "http/ordered_connections.hpp"
#include "http/transport.hpp"
#include "scripted_server.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

using namespace limn;

namespace {

using Age = OrderedConnections::Age;
using Security = OrderedConnections::Security;
using Standing = OrderedConnections::Standing;

// Both ends of a connection on loopback.
struct Pair {
  int mine = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int theirs = -1;
  int my_port = 0;

  Pair()
  {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener, plain, size) == 0);
    REQUIRE(::listen(listener, 1) == 0);
    REQUIRE(::getsockname(listener, plain, &size) == 0);
    REQUIRE(::connect(mine, plain, size) == 0);
    theirs = ::accept(listener, nullptr, nullptr);
    ::close(listener);
    REQUIRE(::getsockname(mine, plain, &size) == 0);
    my_port = ntohs(address.sin_port);
  }
  ~Pair()
  {
    ::close(mine);
    hang_up();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void say(std::string_view text) const
  {
    REQUIRE(::send(theirs, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    char byte = 0;
    REQUIRE(::recv(mine, &byte, 1, MSG_PEEK) == 1); // it is there
  }
  void hang_up()
  {
    if (theirs >= 0) {
      ::close(theirs);
    }
    theirs = -1;
  }
};

struct Known {
  Pair pair;
  OrderedConnections connections;
  std::string name = OrderedConnections::name("127.0.0.1", pair.my_port, "127.0.0.1", 80);

  Known() { connections.opened(pair.mine); }
  Standing standing(Age age, Security security = Security::plain)
  {
    return connections.standing(name, pair.my_port, age, security);
  }
};

} // namespace

TEST_CASE("who speaks before it was asked is found out")
{
  Known known;
  known.pair.say("HTTP/1.1 200 OK\r\n");
  CHECK(known.standing(Age::fresh) == Standing::speaks_first);
}

TEST_CASE("TLS may speak first")
{
  Known known;
  known.pair.say("a ticket");
  CHECK(known.standing(Age::fresh, Security::tls) == Standing::clean);
}

TEST_CASE("of a used connection nothing may be left to read")
{
  for (const auto security : {Security::plain, Security::tls}) {
    Known known;
    REQUIRE(known.standing(Age::fresh, security) == Standing::clean);
    known.connections.mark_as_ordered(known.name);
    CHECK(known.standing(Age::used, security) == Standing::clean);
    SUBCASE("a late answer")
    {
      known.pair.say("HTTP/1.1 200 OK\r\n");
      CHECK(known.standing(Age::used, security) == Standing::stale);
    }
    SUBCASE("closed")
    {
      known.pair.hang_up();
      char byte = 0;
      REQUIRE(::recv(known.pair.mine, &byte, 1, MSG_PEEK) == 0);
      CHECK(known.standing(Age::used, security) == Standing::stale);
    }
  }
}

TEST_CASE("where answers have numbers there is always something to read")
{
  Known known;
  REQUIRE(known.standing(Age::fresh, Security::tls) == Standing::clean);
  known.pair.say("a frame");
  CHECK(known.standing(Age::used, Security::tls) == Standing::clean);
}

TEST_CASE("a closed connection is forgotten, and its number may come again")
{
  Known known;
  REQUIRE(known.standing(Age::fresh) == Standing::clean);
  known.connections.mark_as_ordered(known.name);
  known.connections.closed(known.pair.mine);
  known.pair.say("late");
  CHECK(known.standing(Age::used) == Standing::clean);
}
