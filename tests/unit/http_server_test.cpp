#include "server_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>

namespace limn {

using test::k_get;
using test::ok;
using test::post;
using test::RawClient;
using test::ServerBench;
using Heard = ServerBench::Heard;

TEST_CASE("a request is told with its head, and its connection is kept for the next")
{
  ServerBench bench;
  auto client = bench.client();
  client.say("GET /a?b HTTP/1.1\r\nHost: x\r\nX-Mixed: Case \r\n\r\n");
  CHECK(client.hear("GET /a?b ") == ok("GET /a?b "));
  client.say(post("fox"));
  CHECK(client.hear("fox") == ok("POST /p fox"));
  REQUIRE(bench.heard.size() == 2);
  const auto& first = *bench.heard[0];
  CHECK(first.head.path() == "/a");
  CHECK(first.head.header("x-mixed") == "Case");
  CHECK(first.head.body_size == 0);
  CHECK(bench.heard[1]->head.body_size == 3);
  bench.until([&] { return !bench.heard[1]->end.empty(); });
  CHECK(first.end == "sent");
  CHECK(bench.heard[1]->end == "sent");
  CHECK(first.id.connection == bench.heard[1]->id.connection);
}

TEST_CASE("a request is the same however its bytes are cut")
{
  const std::string chunked = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                              "3;ext=1\r\nfox\r\n5\r\nes\r\n!\r\n0\r\nTrailer: t\r\n\r\n";
  const std::string empty =
    "POST /e HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  const auto all = chunked + post("two") + empty + k_get;
  const auto answers =
    ok("POST /c foxes\r\n!") + ok("POST /p two") + ok("POST /e ") + ok("GET /a?b ");
  ServerBench bench;
  for (std::size_t at = 0; at <= all.size(); ++at) {
    CAPTURE(at);
    bench.heard.clear();
    auto client = bench.client();
    client.say(std::string_view(all).substr(0, at));
    const auto whole = (at >= chunked.size()) + (at >= chunked.size() + post("two").size())
                       + (at >= all.size() - std::string_view(k_get).size()) + (at == all.size());
    bench.until([&] {
      return std::count_if(bench.heard.begin(), bench.heard.end(),
                           [](const auto& one) { return one->is_received; })
             == whole;
    });
    client.say(std::string_view(all).substr(at));
    CHECK(client.hear("GET /a?b ") == answers);
  }
  bench.heard.clear();
  auto client = bench.client();
  for (const char c : all) {
    client.say({&c, 1});
    bench.loop->turn();
  }
  CHECK(client.hear("GET /a?b ") == answers);
}

TEST_CASE("requests that are sent without waiting are taken one by one")
{
  ServerBench bench;
  bench.on_received = [](Heard&) {};
  auto client = bench.client();
  client.say(post("one") + post("two"));
  bench.until([&] { return !bench.heard.empty() && bench.heard[0]->is_received; });
  client.say(k_get);
  for (int i = 0; i < 3; ++i) {
    bench.loop->post([] {});
    bench.loop->turn();
  }
  REQUIRE(bench.heard.size() == 1);
  bench.server->reply(bench.heard[0]->id, {}, "first");
  CHECK(client.hear("first") == ok("first"));
  bench.until([&] { return bench.heard.size() == 2 && bench.heard[1]->is_received; });
  CHECK(bench.heard[1]->body == "two");
  bench.server->reply(bench.heard[1]->id, {}, "second");
  CHECK(client.hear("second") == ok("second"));
}

TEST_CASE("an answer of unknown length goes out in chunks, to HTTP/1.0 until the end")
{
  ServerBench bench;
  bench.on_received = [&](Heard& one) {
    bench.server->begin(one.id, {201, {{"X-A", "1"}, {"X-A", "2"}}, {}});
    bench.server->write(one.id, "fox");
    bench.server->write(one.id, "");
    bench.server->write(one.id, std::string(17, 'x'));
    bench.server->finish(one.id);
    bench.server->write(one.id, "too late");
  };
  auto client = bench.client();
  client.say(k_get);
  CHECK(client.hear("0\r\n\r\n")
        == "HTTP/1.1 201 Created\r\nX-A: 1\r\nX-A: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
           "3\r\nfox\r\n11\r\nxxxxxxxxxxxxxxxxx\r\n0\r\n\r\n");
  client.say("HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.0\r\n\r\n");
  CHECK(client.hear_all()
        == "HTTP/1.1 201 Created\r\nX-A: 1\r\nX-A: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
           "HTTP/1.1 201 Created\r\nX-A: 1\r\nX-A: 2\r\nConnection: close\r\n\r\n"
           "foxxxxxxxxxxxxxxxxxx");
}

TEST_CASE("the answer to HEAD, and one of a status without a body, end with their head")
{
  ServerBench bench;
  bench.on_received = [&](Heard& one) {
    bench.server->reply(one.id, {one.head.method == "HEAD" ? 200 : 204, {}, {}}, "fox");
  };
  auto client = bench.client();
  client.say("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.hear("\r\n\r\n") == "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n");
  {
    bench.on_head = [&](Heard& one) { bench.server->reply(one.id, {200, {}, {}}, "fox"); };
    auto early = bench.client();
    early.say("HEAD / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n");
    CHECK(early.hear_all() == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n");
    bench.on_head = {};
  }
  client.say("DELETE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(client.hear_all() == "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
}

TEST_CASE("an answer is never longer than it said, and a shorter one ends the connection")
{
  ServerBench bench;
  bench.on_received = [&](Heard& one) {
    bench.server->begin(one.id, {200, {}, 5});
    bench.server->write(one.id, "fox");
    bench.server->write(one.id, one.head.target == "/long" ? "trotting" : "");
    bench.server->finish(one.id);
  };
  auto client = bench.client();
  client.say("GET /long HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.hear("foxtr") == ok("foxtr"));
  client.say("GET /short HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(client.hear_all() == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfox");
}

TEST_CASE("a header's value cannot become a header")
{
  ServerBench bench;
  bench.on_received = [&](Heard& one) {
    bench.server->reply(one.id, {200, {{"X-Id", "a\r\nSet-Cookie: b"}}, {}}, "");
  };
  auto client = bench.client();
  client.say(k_get);
  CHECK(client.hear("\r\n\r\n")
        == "HTTP/1.1 200 OK\r\nX-Id: a  Set-Cookie: b\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("a client is told to go on with its body, unless it is refused")
{
  const std::string head =
    "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-Continue\r\n\r\n";
  ServerBench bench;
  auto client = bench.client();
  client.say(head);
  CHECK(client.hear("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  client.say("fox");
  CHECK(client.hear("fox") == ok("POST /p fox"));

  bench.on_head = [&](Heard& one) { bench.server->reply(one.id, {401, {}, {}}, "no"); };
  client.say(head);
  client.say("fox"); // it may come all the same, and overtakes nothing
  CHECK(client.hear_all()
        == "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 2\r\n\r\nno");
  bench.until([&] { return bench.heard[1]->end == "sent"; });
  CHECK(bench.heard[1]->body.empty());
  CHECK(!bench.heard[1]->is_received);
}

TEST_CASE("an answer waits for a client that does not read, and is asked for as it goes out")
{
  const std::string piece(100'000, 'x');
  constexpr int k_pieces = 300;
  ServerBench bench;
  int written = 0;
  bench.on_received = [&](Heard& one) { bench.server->begin(one.id, {}); };
  bench.on_drained = [&](Heard& one) {
    CHECK(bench.server->waiting(one.id) == 0);
    if (written++ < k_pieces) {
      bench.server->write(one.id, piece);
      CHECK(bench.server->waiting(one.id) > piece.size());
    } else {
      bench.server->finish(one.id);
    }
  };
  auto client = bench.client(RawClient::Reading::not_yet);
  client.say(k_get);
  bench.until(
    [&] { return !bench.heard.empty() && bench.server->waiting(bench.heard[0]->id) > 0; });
  CHECK(written < k_pieces);
  client.begin_reading();
  const auto answer = client.hear("\r\n0\r\n\r\n");
  CHECK(std::count(answer.begin(), answer.end(), 'x') == k_pieces * 100'000);
  CHECK(bench.heard[0]->drained == k_pieces + 1);
}

TEST_CASE("an answer may come long after its request, and from outside of any call")
{
  ServerBench bench;
  bench.on_received = [](Heard&) {};
  auto client = bench.client();
  client.say(k_get);
  bench.until([&] { return !bench.heard.empty(); });
  const auto id = bench.heard[0]->id;
  bench.server->begin(id, {200, {{"Content-Type", "text/event-stream"}}, {}});
  client.hear("\r\n\r\n");
  bench.server->write(id, "data: 1\n\n");
  CHECK(client.hear("\n\n\r\n") == "9\r\ndata: 1\n\n\r\n");
  bench.server->finish(id);
  CHECK(client.hear("0\r\n\r\n") == "0\r\n\r\n");
  bench.server->reply(id, {}, "once more"); // means nothing now
  client.say(k_get);
  bench.until([&] { return bench.heard.size() == 2; });
  bench.server->reply(bench.heard[1]->id, {}, "second");
  CHECK(client.hear("second") == ok("second"));
}

TEST_CASE("who takes a request hears that its client went away")
{
  ServerBench bench;
  bench.on_received = [](Heard&) {};
  SUBCASE("before the request was whole")
  {
    auto client = bench.client();
    client.say("POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfox");
    bench.until([&] { return !bench.heard.empty() && bench.heard[0]->body == "fox"; });
    client.go();
    bench.until([&] { return !bench.heard[0]->end.empty(); });
  }
  SUBCASE("before the answer began")
  {
    auto client = bench.client();
    client.say(k_get);
    bench.until([&] { return !bench.heard.empty() && bench.heard[0]->is_received; });
    client.go();
    bench.until([&] { return !bench.heard[0]->end.empty(); });
  }
  SUBCASE("while it does not read")
  {
    bench.on_received = [&](Heard& one) {
      bench.server->reply(one.id, {}, std::string(30'000'000, 'x'));
    };
    auto client = bench.client(RawClient::Reading::not_yet);
    client.say(k_get);
    bench.until(
      [&] { return !bench.heard.empty() && bench.server->waiting(bench.heard[0]->id) > 0; });
    client.go();
    bench.until([&] { return !bench.heard[0]->end.empty(); });
  }
  CHECK(bench.heard[0]->end == "client gone");
}

TEST_CASE("a client that has only said all gets the answer that is finished")
{
  ServerBench bench;
  auto client = bench.client();
  client.say(post("fox"));
  client.end_saying();
  CHECK(client.hear_all() == ok("POST /p fox"));
}

TEST_CASE("who answers while the body comes does not hear that it is whole")
{
  ServerBench bench;
  bench.on_body = [&](Heard& one) { bench.server->reply(one.id, {400, {}, {}}, "no"); };
  auto client = bench.client();
  client.say(post("fox") + k_get);
  CHECK(client.hear("no").starts_with("HTTP/1.1 400 Bad Request\r\n"));
  bench.until([&] { return !bench.heard[0]->end.empty(); });
  CHECK(bench.heard[0]->end == "sent");
  CHECK_FALSE(bench.heard[0]->is_received);
}

TEST_CASE("a client that does not read is reset at once")
{
  ServerBench bench;
  bench.on_received = [&](Heard& one) {
    bench.server->begin(one.id, {});
    bench.server->write(one.id, std::string(30'000'000, 'x'));
  };
  auto client = bench.client(RawClient::Reading::not_yet);
  client.say(k_get);
  bench.until([&] { return !bench.heard.empty() && bench.heard[0]->is_received; });
  bench.server->hang_up(bench.heard[0]->id, HttpServer::HangUp::reset);
  bench.until([&] { return !bench.heard[0]->end.empty(); });
  CHECK(bench.heard[0]->end == "hung up");
}

TEST_CASE("a tool answers as no server should")
{
  ServerBench bench;
  auto client = bench.client();
  SUBCASE("with two heads, byte by byte")
  {
    const std::string bytes = "HTTP/1.1 200 OK\r\nHTTP/1.1 200 OK\r\n\r\n";
    bench.on_received = [](Heard&) {};
    client.say(k_get);
    bench.until([&] { return !bench.heard.empty() && bench.heard[0]->is_received; });
    const auto id = bench.heard[0]->id;
    for (const char c : bytes) {
      bench.server->send_raw(id, std::string(1, c));
      CHECK(client.hear(std::string_view(&c, 1)).size() == 1);
    }
    bench.server->hang_up(id, HttpServer::HangUp::once_sent);
    bench.server->send_raw(id, "too late");
    CHECK(client.hear_all().empty());
    CHECK(!client.was_reset());
  }
  SUBCASE("with a chunk that is cut")
  {
    bench.on_received = [&](Heard& one) {
      bench.server->begin(one.id, {});
      bench.server->send_raw(one.id, "10\r\nfox");
      bench.server->hang_up(one.id, HttpServer::HangUp::once_sent);
    };
    client.say(k_get);
    CHECK(client.hear_all() == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nfox");
  }
  SUBCASE("with nothing")
  {
    bench.on_received = [&](Heard& one) {
      bench.server->hang_up(one.id, HttpServer::HangUp::once_sent);
    };
    client.say(k_get);
    CHECK(client.hear_all().empty());
    CHECK(!client.was_reset());
  }
  SUBCASE("with a reset")
  {
    bench.on_received = [&](Heard& one) {
      bench.server->hang_up(one.id, HttpServer::HangUp::reset);
    };
    client.say(k_get);
    client.hear_all();
    CHECK(client.was_reset());
  }
  bench.until([&] { return !bench.heard[0]->end.empty(); });
  CHECK(bench.heard[0]->end == "hung up");
}

} // namespace limn
