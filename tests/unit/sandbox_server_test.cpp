#include "loop/epoll_loop.hpp"
#include "raw_client.hpp"
#include "run_until.hpp"
#include "sandbox/sandbox.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <charconv>
#include <ostream>

namespace limn {

using test::RawClient;

namespace {

std::string asked_for_image(std::string_view behaviour)
{
  constexpr std::string_view k_body = R"({"model":"gpt-image-2","prompt":"x","size":"816x816"})";
  return fmt::format("POST /{}/v1/images/generations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                     "k\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                     behaviour, k_body.size(), k_body);
}

struct Bench {
  std::unique_ptr<Loop> loop = std::move(*epoll_loop());
  std::unique_ptr<Sandbox> sandbox = std::move(*Sandbox::start(*loop, {}));

  RawClient client() { return RawClient(*loop, sandbox->port()); }

  std::string counts()
  {
    auto one = client();
    one.say("GET /_counts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    return one.hear_all();
  }
};

std::size_t told_length(std::string_view head)
{
  constexpr std::string_view k_name = "Content-Length: ";
  std::size_t length = 0;
  const auto value = head.substr(head.find(k_name) + k_name.size());
  std::from_chars(value.data(), value.data() + value.size(), length);
  return length;
}

} // namespace

TEST_CASE("the sandbox draws on the loop that it is given, and keeps the connection")
{
  Bench bench;
  auto client = bench.client();
  for (int i = 0; i < 2; ++i) {
    client.say(asked_for_image("ok"));
    CHECK(client.hear("\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\nContent-Type: application/json"));
    client.hear("]");
    client.hear("}}");
    client.hear("}");
  }
  client.say(asked_for_image("sse"));
  CHECK(client.hear("\r\n\r\n").find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(client.hear("\r\n0\r\n\r\n").find("event: image_generation.completed\n")
        != std::string::npos);
}

TEST_CASE("an answer of the sandbox waits, is cut or does not come, as its behaviour says")
{
  Bench bench;
  {
    auto client = bench.client();
    client.say(asked_for_image("hang-up"));
    CHECK(client.hear_all().empty());
    CHECK(!client.was_reset());
  }
  {
    auto client = bench.client();
    client.say(asked_for_image("cut-mid-image"));
    const auto head = client.hear("\r\n\r\n");
    CHECK(client.hear_all().size() == told_length(head) / 2);
  }
  {
    auto client = bench.client();
    client.say(asked_for_image("cut-mid-image-chunked"));
    client.hear("\r\n\r\n");
    const auto body = client.hear_all();
    CHECK(!body.empty());
    CHECK(!body.ends_with("0\r\n\r\n"));
  }
  {
    auto client = bench.client();
    client.say(asked_for_image("slow-1"));
    const auto head = client.hear("\r\n\r\n");
    test::run_until(*bench.loop, [&] { return client.heard().size() == told_length(head); });
    CHECK(!client.is_closed());
  }
  CHECK(bench.counts().find(R"("total":{"requests":4,"billable":4,"possibly_paid":4,"paid":4})")
        != std::string::npos);
}

TEST_CASE("what the sandbox was asked counts, also where the client went away at once")
{
  Bench bench;
  auto client = bench.client();
  client.say(asked_for_image("ok") + asked_for_image("ok"));
  client.go();
  CHECK(bench.counts().find(R"("billable":1)") != std::string::npos);
}

TEST_CASE("a sandbox may end with answers and pictures under way")
{
  Bench bench;
  auto slow = bench.client();
  auto drawing = bench.client();
  auto waiting = bench.client();
  slow.say(asked_for_image("slow-60000"));
  test::run_until(*bench.loop,
                  [&] { return bench.counts().find(R"("billable":1)") != std::string::npos; });
  CHECK(slow.heard().empty());
  drawing.say(asked_for_image("ok"));
  waiting.say(asked_for_image("ok"));
  bench.loop->turn();
  bench.sandbox.reset();
  for (auto* client : {&slow, &drawing, &waiting}) {
    client->hear_all();
    CHECK(client->is_closed());
  }
}

} // namespace limn
