#include "fresh_folder.hpp"
#include "http_server/handed_over.hpp"
#include "server_bench.hpp"

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
using test::RawClient;
using test::ServerBench;

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

TEST_CASE("what a service manager hands over is taken by the process that it is for")
{
  struct Row {
    const char* pid;
    const char* count;
    std::vector<int> descriptors;
  };
  const Row rows[] = {
    {"77", "1", {3}},
    {"77", "3", {3, 4, 5}},
    {"77", "0", {}},
    {"77", "-1", {}},
    {"78", "1", {}},
    {"", "1", {}},
    {"77", "", {}},
    {"77", "2x", {}},
    {"77 ", "2", {}},
    {"77", "99999", {}},
    {"77", "9999999999999", {}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.pid);
    CAPTURE(row.count);
    CHECK(handed_over_descriptors(row.pid, row.count, 77) == row.descriptors);
  }
}

} // namespace limn
