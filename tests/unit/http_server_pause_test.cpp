#include "server_bench.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <ostream>

namespace limn {

using test::k_get;
using test::ok;
using test::post;
using test::RawClient;
using test::ServerBench;
using Heard = ServerBench::Heard;

TEST_CASE("a paused receiver hears nothing, and what it does not hear stays with its client")
{
  const std::string body(30'000'000, 'x');
  const auto request = post(body);
  ServerBench bench;
  bench.on_received = [&](Heard& one) { bench.server->reply(one.id, {}, "all"); };
  bench.on_body = [&](Heard& one) { bench.server->pause(one.id); };
  auto client = bench.client();
  std::size_t said = 0;
  int idle_turns = 0;
  while (idle_turns < 50) {
    const auto count = ::send(client.descriptor(), request.data() + said, request.size() - said,
                              MSG_DONTWAIT | MSG_NOSIGNAL);
    said += count > 0 ? static_cast<std::size_t>(count) : 0;
    idle_turns = count > 0 ? 0 : idle_turns + 1;
    bench.turn(1);
  }
  REQUIRE(bench.heard.size() == 1);
  CHECK(said < request.size());
  CHECK(bench.heard[0]->body.size() <= 65'536);
  // As much as a receiver lets in, and no more.
  bench.on_body = [&](Heard& one) {
    bench.server->pause(one.id);
    const auto size = one.body.size();
    bench.loop->post([&, size] {
      CHECK(one.body.size() == size);
      bench.server->resume(one.id);
    });
  };
  bench.server->resume(bench.heard[0]->id);
  client.say(std::string_view(request).substr(said));
  CHECK(client.hear("all") == ok("all"));
  CHECK(bench.heard[0]->body == body);
}

TEST_CASE("a receiver that pauses within a piece hears of no other, nor that there is none")
{
  ServerBench bench;
  bench.on_body = [&](Heard& one) { bench.server->pause(one.id); };
  auto client = bench.client();
  SUBCASE("of chunks that came together")
  {
    client.say("POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
               "3\r\nfox\r\n3\r\nand\r\n3\r\ndog\r\n0\r\n\r\n");
    for (const auto* const heard : {"fox", "foxand", "foxanddog"}) {
      bench.until([&] { return !bench.heard.empty() && bench.heard[0]->body == heard; });
      bench.turn(3);
      CHECK(bench.heard[0]->body == heard);
      CHECK_FALSE(bench.heard[0]->is_received);
      bench.server->resume(bench.heard[0]->id);
    }
    CHECK(client.hear("foxanddog") == ok("POST /c foxanddog"));
  }
  SUBCASE("that was the last one")
  {
    client.say(post("fox"));
    bench.until([&] { return !bench.heard.empty() && bench.heard[0]->body == "fox"; });
    bench.turn(3);
    CHECK_FALSE(bench.heard[0]->is_received);
    bench.server->resume(bench.heard[0]->id);
    bench.server->resume(bench.heard[0]->id); // means nothing now
    CHECK(client.hear("fox") == ok("POST /p fox"));
  }
  SUBCASE("and goes on within it")
  {
    bench.on_body = [&](Heard& one) {
      bench.server->pause(one.id);
      bench.server->resume(one.id);
    };
    client.say(post("fox"));
    CHECK(client.hear("fox") == ok("POST /p fox"));
  }
  SUBCASE("before the first one")
  {
    bench.on_body = {};
    bench.on_head = [&](Heard& one) { bench.server->pause(one.id); };
    client.say(post("fox"));
    bench.until([&] { return !bench.heard.empty(); });
    bench.turn(3);
    CHECK(bench.heard[0]->body.empty());
    bench.server->resume(bench.heard[0]->id);
    CHECK(client.hear("fox") == ok("POST /p fox"));
  }
  SUBCASE("and answers instead")
  {
    client.say(post("fox"));
    bench.until([&] { return !bench.heard.empty() && bench.heard[0]->body == "fox"; });
    bench.server->reply(bench.heard[0]->id, {400, {}, {}}, "no");
    CHECK(client.hear("no").starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK_FALSE(bench.heard[0]->is_received);
  }
}

TEST_CASE("a client is not too slow while its receiver is the one who waits")
{
  ServerOptions options;
  options.progress_time = std::chrono::milliseconds(20);
  ServerBench bench(options);
  bench.on_body = [&](Heard& one) { bench.server->pause(one.id); };
  auto client = bench.client();
  client.say("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nfox");
  bool is_time = false;
  const auto timer = bench.loop->after(std::chrono::milliseconds(80), [&] { is_time = true; });
  bench.until([&] { return is_time; });
  REQUIRE(bench.heard.size() == 1);
  CHECK(bench.heard[0]->end.empty());
  // From here on it is the client's turn.
  bench.on_body = {};
  bench.server->resume(bench.heard[0]->id);
  CHECK(client.hear_all().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  CHECK(bench.heard[0]->end == "refused");
}

TEST_CASE("a client's going is heard although what it said is not read")
{
  constexpr std::size_t k_unread = 50'000; // a window of TCP has room for so much
  const auto request = post(std::string(100'000, 'x'));
  const auto begin_of_it = request.substr(0, request.size() - k_unread);
  const auto pause = [](ServerBench& bench) {
    return [&bench](Heard& one) { bench.server->pause(one.id); };
  };
  struct Row {
    const char* of;
    std::string said;
    bool is_paused;
    bool has_begun; // the answer
  };
  const Row rows[] = {
    {"a body, by a paused receiver", begin_of_it, true, false},
    {"a body that is answered already", begin_of_it, true, true},
    {"requests that are to come", k_get + begin_of_it, false, false},
  };
  for (const auto& row : rows) {
    for (const auto go : {&RawClient::go, &RawClient::end_saying}) {
      CAPTURE(row.of);
      ServerBench bench;
      bench.on_received = [](Heard&) {};
      if (row.is_paused) {
        bench.on_body = pause(bench);
      }
      auto client = bench.client();
      client.say(row.said);
      bench.until([&] {
        return !bench.heard.empty()
               && (bench.heard[0]->is_received || !bench.heard[0]->body.empty());
      });
      if (row.has_begun) {
        bench.server->begin(bench.heard[0]->id, {});
        client.hear("\r\n\r\n");
      }
      client.say(std::string_view(request).substr(begin_of_it.size()));
      bench.turn(3);
      CHECK(bench.heard[0]->end.empty());
      (client.*go)();
      bench.until([&] { return !bench.heard[0]->end.empty(); });
      CHECK(bench.heard[0]->end == "client gone");
      CHECK(bench.heard.size() == 1);
    }
  }
}

TEST_CASE("requests that a client sent before it closed its side are all answered, if at once")
{
  ServerBench bench;
  auto client = bench.client();
  const std::string big(200'000, 'x');
  client.say(k_get + post(big) + k_get);
  client.end_saying();
  CHECK(client.hear_all() == ok("GET /a?b ") + ok("POST /p " + big) + ok("GET /a?b "));
  CHECK(bench.heard.size() == 3);
}

} // namespace limn
