#include "fresh_folder.hpp"
#include "server_bench.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <ostream>

namespace limn {

using test::connected_to;
using test::FreshFolder;
using test::k_get;
using test::ok;
using test::post;
using test::RawClient;
using test::ServerBench;
using Heard = ServerBench::Heard;

namespace {

std::string message_of(const ServerOptions& options)
{
  const auto loop = std::move(*epoll_loop());
  const auto server = HttpServer::listen(*loop, options, nullptr);
  if (server) {
    return {};
  }
  CHECK(server.error().failure_class == FailureClass::usage);
  return server.error().message;
}

ServerOptions only_file(const std::filesystem::path& path)
{
  ServerOptions options;
  options.addresses.clear();
  options.socket_file = path;
  return options;
}

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

TEST_CASE("a server listens at several addresses on one port that is free on all")
{
  ServerOptions options;
  options.addresses = {"127.0.0.1", "127.0.0.2"};
  options.addresses_if_there = {"::1", "2001:db8::1"}; // the last is no machine's
  ServerBench bench(options);
  const auto port = bench.server->port();
  const auto places = bench.server->places();
  REQUIRE(places.size() >= 2);
  CHECK(places[0] == fmt::format("127.0.0.1:{}", port));
  CHECK(places[1] == fmt::format("127.0.0.2:{}", port));
  CHECK(places.size() <= 3);
  std::vector<std::string> addresses = {"127.0.0.1", "127.0.0.2"};
  if (places.size() == 3) {
    CHECK(places[2] == fmt::format("[::1]:{}", port));
    addresses.emplace_back("::1");
  }
  for (const auto& address : addresses) {
    CAPTURE(address);
    RawClient client(*bench.loop, connected_to(address, port));
    client.say(k_get);
    CHECK(client.hear("GET /a?b ") == ok("GET /a?b "));
  }
}

TEST_CASE("an address that is not there, or taken on the port asked for, is told")
{
  ServerBench bench;
  ServerOptions options;
  options.port = bench.server->port();
  options.addresses = {"127.0.0.2", "127.0.0.1"};
  CHECK(message_of(options)
        == fmt::format("port {} of 127.0.0.1: Address already in use", options.port));
  options.addresses = {"127.0.0.2"};
  options.addresses_if_there = {"127.0.0.1"}; // it is there
  CHECK(message_of(options)
        == fmt::format("port {} of 127.0.0.1: Address already in use", options.port));
  options = {};
  options.addresses = {"192.0.2.77"};
  CHECK(message_of(options) == "port 0 of 192.0.2.77: Cannot assign requested address");
  options.addresses.clear();
  CHECK(message_of(options) == "there is nothing to listen at");
}

TEST_CASE("a unix socket is its user's alone, and goes with its server")
{
  FreshFolder folder;
  const auto path = folder.path() / "limn.sock";
  {
    ServerBench bench(only_file(path));
    CHECK(bench.server->port() == 0);
    CHECK(bench.server->places() == std::vector<std::string>{"unix:" + path.string()});
    struct stat file {
    };
    REQUIRE(::lstat(path.c_str(), &file) == 0);
    CHECK((file.st_mode & 07777U) == 0600U);
    RawClient client(*bench.loop, connected_to(path.string()));
    client.say(k_get);
    CHECK(client.hear("GET /a?b ") == ok("GET /a?b "));
    CHECK(message_of(only_file(path)) == path.string() + ": a server listens there already");
    CHECK(std::filesystem::exists(path));
  }
  CHECK_FALSE(std::filesystem::exists(std::filesystem::symlink_status(path)));
}

TEST_CASE("a unix socket takes the place of one whose server is gone, and of nothing else")
{
  FreshFolder folder;
  const auto path = folder.path() / "limn.sock";
  {
    auto bench = std::make_unique<ServerBench>(only_file(path));
    std::filesystem::rename(path, folder.path() / "stale"); // it is nobody's once that ends
  }
  CHECK(std::filesystem::exists(folder.path() / "stale"));
  {
    ServerBench bench(only_file(folder.path() / "stale"));
    RawClient client(*bench.loop, connected_to((folder.path() / "stale").string()));
    client.say(k_get);
    CHECK(client.hear("GET /a?b ") == ok("GET /a?b "));
    // What somebody put in its place is not removed.
    std::filesystem::rename(folder.path() / "stale", folder.path() / "elsewhere");
    folder.write("stale", "mine");
  }
  CHECK(test::content_of(folder.path() / "stale") == "mine");
  CHECK(message_of(only_file(folder.path() / "stale"))
        == (folder.path() / "stale").string() + ": there is a file that is no socket");
  CHECK(test::content_of(folder.path() / "stale") == "mine");
  std::filesystem::create_symlink("elsewhere", path);
  CHECK(message_of(only_file(path)) == path.string() + ": there is a file that is no socket");
  CHECK(message_of(only_file(folder.path() / "none" / "a")).ends_with("No such file or directory"));
  CHECK(message_of(only_file("/tmp/" + std::string(200, 'a')))
          .ends_with("the path of a socket has at most 107 bytes"));
}

TEST_CASE("a server that stops listening answers what is under way, and nothing else")
{
  FreshFolder folder;
  ServerOptions options;
  options.socket_file = folder.path() / "limn.sock";
  ServerBench bench(options);
  bench.on_received = [&](Heard& one) {
    if (one.head.method == "POST") {
      bench.server->reply(one.id, {}, one.body);
    }
  };
  const auto port = bench.server->port();
  auto idle = bench.client();
  auto waiting = bench.client();
  auto begun = bench.client();
  auto within_head = bench.client();
  auto about_to = bench.client();
  idle.say(post("first"));
  idle.hear("first");
  waiting.say(k_get);
  begun.say(k_get);
  bench.until([&] { return bench.heard.size() == 3; });
  bench.server->begin(bench.heard[2]->id, {});
  begun.hear("\r\n\r\n");
  within_head.say("POST / HTTP/1.1\r\n");
  bench.turn(50);
  about_to.say(post("just said"));
  bench.server->stop_listening();
  CHECK(bench.server->port() == port);
  CHECK(bench.server->places().empty());
  CHECK_FALSE(connected_to("127.0.0.1", port));
  CHECK_FALSE(std::filesystem::exists(options.socket_file));
  const std::string closing = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ";
  CHECK(idle.hear_all().empty());
  CHECK(about_to.hear_all() == closing + "9\r\n\r\njust said");
  within_head.say("Host: x\r\nContent-Length: 3\r\n\r\nfox");
  CHECK(within_head.hear_all() == closing + "3\r\n\r\nfox");
  bench.server->reply(bench.heard[1]->id, {}, "at last");
  CHECK(waiting.hear_all() == closing + "7\r\n\r\nat last");
  bench.server->write(bench.heard[2]->id, "fox");
  bench.server->finish(bench.heard[2]->id);
  CHECK(begun.hear_all() == "3\r\nfox\r\n0\r\n\r\n");
  for (auto* client : {&waiting, &begun, &within_head, &about_to}) {
    client->go();
  }
  bench.until([&] { return bench.server->connections() == 0; });
}

TEST_CASE("a server may stop listening from within any call of its receivers")
{
  for (const auto when : {0, 1, 2}) {
    CAPTURE(when);
    ServerBench bench;
    const auto stop = [&](int now) {
      if (now == when) {
        bench.server->stop_listening();
      }
    };
    bench.on_head = [&](Heard&) { stop(0); };
    bench.on_received = [&](Heard& one) {
      stop(1);
      bench.server->reply(one.id, {}, "fox");
    };
    bench.on_ended = [&](Heard&) { stop(2); };
    auto client = bench.client();
    client.say(k_get);
    CHECK(client.hear_all().ends_with("\r\n\r\nfox"));
    client.go();
    bench.until([&] { return bench.server->connections() == 0; });
  }
}

TEST_CASE("a socket that was handed over is served, and closed at the end")
{
  Descriptor listening(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listening.number(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ServerOptions options;
  options.addresses.clear();
  options.descriptors = {listening.number()};
  CHECK(message_of(options)
        == fmt::format("descriptor {}: it is no socket that listens for connections",
                       listening.number()));
  REQUIRE(::listen(listening.number(), 8) == 0); // it was not closed
  const int number = ::dup(listening.number());
  options.descriptors = {number};
  {
    ServerBench bench(options);
    CHECK(bench.server->places()
          == std::vector<std::string>{fmt::format("127.0.0.1:{}", bench.server->port())});
    CHECK((::fcntl(number, F_GETFD) & FD_CLOEXEC) != 0);
    auto client = bench.client();
    client.say(k_get);
    CHECK(client.hear("GET /a?b ") == ok("GET /a?b "));
  }
  CHECK(::fcntl(number, F_GETFD) == -1);
  options.descriptors = {::open("/dev/null", O_RDONLY | O_CLOEXEC)};
  CHECK(message_of(options).ends_with("Socket operation on non-socket"));
  ::close(options.descriptors[0]);
  options.descriptors = {12'345};
  CHECK(message_of(options) == "descriptor 12345: Bad file descriptor");
}

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
