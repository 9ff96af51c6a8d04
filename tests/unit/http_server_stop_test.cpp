#include "fresh_folder.hpp"
#include "server_bench.hpp"

#include <doctest/doctest.h>

#include <ostream>

namespace limn {

using test::connected_to;
using test::FreshFolder;
using test::k_get;
using test::post;
using test::ServerBench;
using Heard = ServerBench::Heard;

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

} // namespace limn
