#include "http_server/request_parser.hpp"
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

TEST_CASE("what is no request is refused in a sentence, and ends the connection")
{
  struct Row {
    const char* request;
    const char* answer;
  };
  const Row rows[] = {
    {"nonsense\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/2.0\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
     "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
     "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", "400 Bad Request"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", "501 Not Implemented"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
     "501 Not Implemented"},
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
     "501 Not Implemented"},
    {"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     "400 Bad Request"},
  };
  ServerBench bench;
  for (const auto& row : rows) {
    CAPTURE(row.request);
    auto client = bench.client();
    client.say(row.request);
    const auto answer = client.hear_all();
    CHECK(answer.starts_with(fmt::format("HTTP/1.1 {}\r\n", row.answer)));
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("\n"));
  }
  CHECK(bench.heard.empty());
}

TEST_CASE("a head, a body and the lines between chunks have limits")
{
  ServerOptions options;
  options.max_head_size = 1000;
  options.max_body_size = 10;
  ServerBench bench(options);
  const auto status_of = [&](std::string_view request) {
    auto client = bench.client();
    client.say(request);
    return client.hear_all().substr(9, 3);
  };
  CHECK(status_of("GET /" + std::string(2000, 'a')) == "431");
  CHECK(status_of("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(2000, 'a')) == "431");
  // Two parts below the limit are not, where they come one by one.
  auto slow = bench.client();
  slow.say("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(900, 'a') + "\r\n");
  for (int i = 0; i < 3; ++i) {
    bench.loop->post([] {});
    bench.loop->turn();
  }
  slow.say("B: " + std::string(900, 'b') + "\r\n\r\n");
  CHECK(slow.hear_all().substr(9, 3) == "431");
  CHECK(status_of(post("elevenbytes")) == "413");
  CHECK(bench.heard.empty());
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(status_of(chunked + "6\r\nsixsix\r\n5\r\n") == "413");
  CHECK(bench.heard.back()->body == "sixsix");
  CHECK(bench.heard.back()->end == "refused");
  CHECK(status_of(chunked + "1;" + std::string(200'000, 'a')) == "400");
  CHECK(bench.heard.back()->end == "refused");
  CHECK(status_of(chunked + "nonsense\r\n") == "400");
  auto client = bench.client();
  client.say(post("exactlyten"));
  CHECK(client.hear("exactlyten") == ok("POST /p exactlyten"));
}

TEST_CASE("a head may have just so many bytes, in one piece or in many")
{
  ServerOptions options;
  options.max_head_size = 8U << 10U;
  ServerBench bench(options);
  const auto head_of = [](std::size_t size) {
    const std::string begin = "GET / HTTP/1.0\r\nA: ";
    return begin + std::string(size - begin.size() - 4, 'a') + "\r\n\r\n";
  };
  for (const std::size_t piece : {20'000, 1'000, 7}) {
    for (const std::size_t size : {8'192, 8'193}) {
      CAPTURE(piece);
      CAPTURE(size);
      auto client = bench.client();
      const auto head = head_of(size);
      for (std::size_t at = 0; at < size; at += piece) {
        client.say(std::string_view(head).substr(at, piece));
        bench.turn(1);
      }
      CHECK(client.hear_all().substr(9, 3) == (size == 8'192 ? "200" : "431"));
    }
  }
}

TEST_CASE(
  "many headers are refused, one that is too long for them, and those behind a body are nobody's")
{
  ServerOptions options;
  options.max_head_size = 1U << 20U;
  ServerBench bench(options);
  const auto status_of = [&](std::string_view request) {
    auto client = bench.client();
    client.say(request);
    return client.hear_all().substr(9, 3);
  };
  std::string many;
  for (std::size_t i = 1; i < k_most_headers; ++i) {
    many += "a:\r\n";
  }
  const std::string head = "GET / HTTP/1.1\r\nConnection: close\r\n";
  CHECK(status_of("GET / HTTP/1.0\r\nHost: x\r\n" + many + "\r\n") == "200");
  CHECK(bench.heard.back()->head.headers.size() == k_most_headers);
  CHECK(status_of(head + "Host: x\r\n" + many + "\r\n") == "431");
  CHECK(status_of(head + "Host: x\r\nB: " + std::string(70'000, 'b') + "\r\n\r\n") == "431");
  CHECK(bench.heard.size() == 1);
  const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                              "Transfer-Encoding: chunked\r\n\r\n3\r\nfox\r\n0\r\n";
  CHECK(status_of(chunked + "B: " + std::string(70'000, 'b') + "\r\n\r\n") == "200");
  CHECK(status_of(chunked + many + many + "\r\n") == "200");
  CHECK(bench.heard.back()->body == "fox");
  CHECK(bench.heard.back()->head.headers.size() == 3);
}

TEST_CASE("a client that is too slow is told so, or left")
{
  ServerOptions options;
  options.head_time = options.progress_time = options.idle_time = std::chrono::milliseconds(20);
  ServerBench bench(options);
  SUBCASE("with its head")
  {
    auto client = bench.client();
    client.say("GET / HT");
    CHECK(client.hear_all().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(bench.heard.empty());
  }
  SUBCASE("with its body")
  {
    auto client = bench.client();
    client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfox");
    CHECK(client.hear_all().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
    CHECK(bench.heard[0]->end == "refused");
  }
  SUBCASE("with a next request")
  {
    auto client = bench.client();
    client.say(k_get);
    CHECK(client.hear_all() == ok("GET /a?b "));
  }
  SUBCASE("with reading")
  {
    bench.on_received = [&](Heard& one) {
      bench.server->reply(one.id, {}, std::string(30'000'000, 'x'));
    };
    auto client = bench.client(RawClient::Reading::not_yet);
    client.say(k_get);
    bench.until([&] { return !bench.heard.empty() && !bench.heard[0]->end.empty(); });
    CHECK(bench.heard[0]->end == "client gone");
  }
  SUBCASE("with reading, although it says something now and then")
  {
    bench.on_received = [&](Heard& one) {
      bench.server->reply(one.id, {}, std::string(30'000'000, 'x'));
    };
    auto client = bench.client(RawClient::Reading::not_yet);
    client.say(k_get);
    Timer again;
    std::function<void()> talk = [&] {
      client.say("G");
      again = bench.loop->after(std::chrono::milliseconds(5), [&] { talk(); });
    };
    talk();
    bench.until([&] { return !bench.heard.empty() && !bench.heard[0]->end.empty(); });
    CHECK(bench.heard[0]->end == "client gone");
  }
}

TEST_CASE("a request that is being answered may take any time")
{
  ServerOptions options;
  options.head_time = options.progress_time = options.idle_time = std::chrono::milliseconds(5);
  ServerBench bench(options);
  bench.on_received = [](Heard&) {};
  auto client = bench.client();
  client.say(k_get);
  bool is_time = false;
  const auto timer = bench.loop->after(std::chrono::milliseconds(50), [&] { is_time = true; });
  bench.until([&] { return is_time; });
  REQUIRE(bench.heard.size() == 1);
  CHECK(bench.heard[0]->end.empty());
  bench.server->reply(bench.heard[0]->id, {}, "at last");
  CHECK(client.hear("at last") == ok("at last"));
}

TEST_CASE("connections beyond the most wait for one that ends, or is idle")
{
  ServerOptions options;
  options.max_connections = 2;
  ServerBench bench(options);
  bench.on_received = [](Heard&) {};
  auto first = bench.client();
  auto second = bench.client();
  first.say(k_get);
  second.say(k_get);
  bench.until([&] { return bench.heard.size() == 2; });
  auto third = bench.client();
  third.say(post("third"));
  for (int i = 0; i < 5; ++i) {
    bench.loop->post([] {});
    bench.loop->turn();
  }
  CHECK(bench.heard.size() == 2);
  // The idle one makes room, the busy one stays.
  bench.server->reply(bench.heard[0]->id, {}, "one");
  CHECK(first.hear("one") == ok("one"));
  bench.until([&] { return bench.heard.size() == 3 && bench.heard[2]->is_received; });
  CHECK(first.hear_all().empty());
  CHECK(bench.heard[2]->body == "third");
  bench.server->reply(bench.heard[1]->id, {}, "two");
  bench.server->reply(bench.heard[2]->id, {}, "three");
  CHECK(second.hear("two") == ok("two"));
  CHECK(third.hear("three") == ok("three"));
}

TEST_CASE("a server may end with all under way")
{
  ServerBench bench;
  auto idle = bench.client();
  auto within_head = bench.client();
  auto within_body = bench.client();
  auto waiting = bench.client();
  auto not_reading = bench.client(RawClient::Reading::not_yet);
  bench.on_received = [&](Heard& one) {
    if (one.head.target == "/big") {
      bench.server->reply(one.id, {}, std::string(30'000'000, 'x'));
    }
    if (one.head.target == "/end") {
      bench.loop->post([&] { bench.server.reset(); });
    }
  };
  within_head.say("GET / HT");
  within_body.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfox");
  not_reading.say("GET /big HTTP/1.1\r\nHost: x\r\n\r\n");
  bench.until([&] { return bench.heard.size() == 2; });
  waiting.say("GET /end HTTP/1.1\r\nHost: x\r\n\r\n");
  bench.until([&] { return !bench.server; });
  for (auto* client : {&idle, &within_head, &within_body, &waiting}) {
    client->hear_all();
    CHECK(client->is_closed());
  }
  for (const auto& one : bench.heard) {
    CHECK(one->end.empty());
  }
}

TEST_CASE("an address that is taken or none is refused")
{
  ServerBench bench;
  ServerOptions options;
  options.port = bench.server->port();
  const auto taken = HttpServer::listen(*bench.loop, options, nullptr);
  REQUIRE(!taken);
  CHECK(taken.error().failure_class == FailureClass::usage);
  CHECK(taken.error().message
        == fmt::format("port {} of 127.0.0.1: Address already in use", options.port));
  options.addresses = {"nonsense"};
  CHECK(!HttpServer::listen(*bench.loop, options, nullptr));
}

} // namespace limn
