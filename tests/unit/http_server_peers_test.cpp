#include "fresh_folder.hpp"
#include "server_bench.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <ostream>

namespace limn {

using test::connected_to;
using test::FreshFolder;
using test::k_get;
using test::ok;
using test::RawClient;
using test::ServerBench;
using Heard = ServerBench::Heard;

namespace {

// From another address of loopback.
Descriptor connected_from(const std::string& address, std::uint16_t port)
{
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  ::inet_pton(AF_INET, address.c_str(), &own.sin_addr);
  REQUIRE(::bind(socket.number(), reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
  own.sin_port = htons(port);
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(socket.number(), reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
  return socket;
}

Client client_from(const std::string& address)
{
  sockaddr_storage storage{};
  if (address.find(':') == std::string::npos) {
    storage.ss_family = AF_INET;
    ::inet_pton(AF_INET, address.c_str(), &reinterpret_cast<sockaddr_in&>(storage).sin_addr);
  } else {
    storage.ss_family = AF_INET6;
    ::inet_pton(AF_INET6, address.c_str(), &reinterpret_cast<sockaddr_in6&>(storage).sin6_addr);
  }
  return client_at(storage);
}

} // namespace

TEST_CASE("a receiver knows where its client is")
{
  FreshFolder folder;
  ServerOptions options;
  options.socket_file = folder.path() / "limn.sock";
  ServerBench bench(options);
  std::vector<Client> clients;
  bench.on_head = [&](Heard& one) { clients.push_back(bench.server->client(one.id)); };
  auto over_tcp = bench.client();
  over_tcp.say(k_get);
  over_tcp.hear("GET /a?b ");
  RawClient over_file(*bench.loop, connected_to(options.socket_file.string()));
  over_file.say(k_get);
  over_file.hear("GET /a?b ");
  REQUIRE(clients.size() == 2);
  CHECK(clients[0].way == Client::Way::tcp);
  CHECK(clients[0].address == "127.0.0.1");
  CHECK(clients[0].is_loopback);
  CHECK(clients[1].way == Client::Way::unix_socket);
  CHECK(clients[1].address.empty());
  CHECK_FALSE(clients[1].is_loopback);
  CHECK(bench.server->client({99, 1}).address.empty());
}

TEST_CASE("an address is told in one spelling, and counted with those that one peer has")
{
  struct Row {
    const char* address;
    const char* told;
    bool is_loopback;
    const char* peer;
  };
  const Row rows[] = {
    {"127.0.0.1", "127.0.0.1", true, ""},
    {"127.9.9.9", "127.9.9.9", true, ""},
    {"::1", "::1", true, ""},
    {"::ffff:127.0.0.1", "127.0.0.1", true, ""},
    {"128.0.0.1", "128.0.0.1", false, "128.0.0.1"},
    {"0.0.0.0", "0.0.0.0", false, "0.0.0.0"},
    {"::ffff:192.0.2.1", "192.0.2.1", false, "192.0.2.1"},
    {"::2", "::2", false, "::/64"},
    {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", false, "2001:db8:1:2::/64"},
    {"2001:db8:1:2::", "2001:db8:1:2::", false, "2001:db8:1:2::/64"},
    {"fe80::1", "fe80::1", false, "fe80::/64"},
  };
  const PeerPlaces places(1, PeerPlaces::Counted::all_but_loopback);
  for (const auto& row : rows) {
    CAPTURE(row.address);
    const auto client = client_from(row.address);
    CHECK(client.way == Client::Way::tcp);
    CHECK(client.address == row.told);
    CHECK(client.is_loopback == row.is_loopback);
    CHECK(places.peer_of(client) == row.peer);
  }
  CHECK(PeerPlaces(1, PeerPlaces::Counted::all).peer_of(client_from("127.0.0.1")) == "127.0.0.1");
  CHECK(places.peer_of({Client::Way::unix_socket, {}, false}).empty());
}

TEST_CASE("one peer has not all places, and what it has too many of is told so")
{
  ServerOptions options;
  options.max_connections_of_peer = 2;
  options.counted_peers = PeerPlaces::Counted::all;
  ServerBench bench(options);
  bench.on_received = [](Heard&) {};
  auto first = bench.client();
  auto second = bench.client();
  first.say(k_get);
  second.say(k_get);
  bench.until([&] { return bench.heard.size() == 2; });
  {
    auto third = bench.client();
    third.say(k_get);
    const auto answer = third.hear_all();
    CHECK(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    CHECK(answer.ends_with("Content-Length: 46\r\n\r\n"
                           "there are too many connections from this peer\n"));
  }
  RawClient other(*bench.loop, connected_from("127.0.0.2", bench.server->port()));
  other.say(k_get);
  bench.until([&] { return bench.heard.size() == 3; });
  CHECK(bench.server->client(bench.heard[2]->id).address == "127.0.0.2");
  // One of its own that is idle makes room, and so does one that ended.
  bench.server->reply(bench.heard[2]->id, {}, "of another");
  other.hear("of another");
  bench.server->reply(bench.heard[0]->id, {}, "first");
  CHECK(first.hear("first") == ok("first"));
  auto fourth = bench.client();
  fourth.say(k_get);
  bench.until([&] { return bench.heard.size() == 4; });
  CHECK(first.hear_all().empty());
  CHECK_FALSE(other.is_closed());
  second.go();
  bench.until([&] { return !bench.heard[1]->end.empty(); });
  auto fifth = bench.client();
  fifth.say(k_get);
  bench.until([&] { return bench.heard.size() == 5; });
}

TEST_CASE("the addresses of loopback have no limit of their own")
{
  ServerOptions options;
  options.max_connections_of_peer = 1;
  ServerBench bench(options);
  bench.on_received = [](Heard&) {};
  auto first = bench.client();
  auto second = bench.client();
  first.say(k_get);
  second.say(k_get);
  bench.until([&] { return bench.heard.size() == 2; });
}

} // namespace limn
