#include "http/transfer_failure.hpp"
#include "http/transport.hpp"
#include "loop/epoll_loop.hpp"
#include "run_until.hpp"
#include "scripted_server.hpp"
#include "silence.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace transport_test {

using namespace limn;
using namespace limn::test;

namespace {

class Answer : public ResponseReceiver
{
public:
  void head(int a_status, const Pairs&) override { status = a_status; }
  bool body(std::string_view) override { return true; }
  void finished(const std::optional<TransferFailure>& a_failure) override
  {
    failure = a_failure;
    is_over = true;
  }

  int status = 0;
  std::optional<TransferFailure> failure;
  bool is_over = false;
};

// A transport and a server that closes no connection by itself.
struct Line {
  Silence log;
  ScriptedServer server{[](std::string_view, std::string_view) {
    return Reply{response(200, "{}"), Reply::After::keep};
  }};
  std::unique_ptr<Loop> loop = std::move(*epoll_loop());
  std::unique_ptr<Transport> transport =
    std::make_unique<Transport>(*loop, TransportOptions(), log);

  void ask(std::string_view method)
  {
    HttpRequest request;
    request.method = method;
    request.url = server.origin() + "/v1/images/generations";
    if (method == "POST") {
      request.body.push_back({BodyPiece::Kind::text, R"({"prompt":"a fox"})", {}});
    }
    Answer answer;
    transport->start(std::move(request), answer);
    test::run_until(*loop, [&] { return answer.is_over; });
    REQUIRE_FALSE(answer.failure);
    REQUIRE(answer.status == 200);
  }

  void rest(std::chrono::milliseconds time)
  {
    bool is_over = false;
    const auto end = loop->after(time, [&] { is_over = true; });
    test::run_until(*loop, [&] { return is_over; });
  }
};

} // namespace

TEST_CASE("a POST follows another on the same connection")
{
  Line line;
  line.ask("POST");
  line.ask("POST");
  CHECK(line.server.connections() == 1);
}

// It really waits: that time passes is what the promise is about, and no other way shows it.
TEST_CASE("no POST goes to a connection that was idle for more than three seconds")
{
  Line line;
  line.ask("POST");
  line.rest(std::chrono::milliseconds(3100));
  line.ask("POST");
  CHECK(line.server.connections() == 2);
}

TEST_CASE("what lay on a kept connection before a request was sent is no answer to it")
{
  for (const std::string method : {"POST", "GET"}) {
    CAPTURE(method);
    std::promise<void> answered;
    std::promise<void> arrived;
    Silence log;
    ScriptedServer server([&](std::string_view, std::string_view target) {
      Reply reply{response(200, "{}"), Reply::After::keep};
      if (target == "/first") {
        reply.more = response(201, "late");
        reply.before_more = [&] { answered.get_future().wait(); };
        reply.after_more = [&] { arrived.set_value(); };
      }
      return reply;
    });
    const auto loop = std::move(*epoll_loop());
    const auto transport = std::make_unique<Transport>(*loop, TransportOptions(), log);
    const auto ask = [&](std::string_view path) {
      HttpRequest request;
      request.method = method;
      request.url = server.origin() + std::string(path);
      if (method == "POST") {
        request.body.push_back({BodyPiece::Kind::text, "a fox", {}});
      }
      Answer answer;
      transport->start(std::move(request), answer);
      test::run_until(*loop, [&] { return answer.is_over; });
      CHECK_FALSE(answer.failure);
      return answer.status;
    };
    CHECK(ask("/first") == 200);
    answered.set_value();
    arrived.get_future().wait();
    CHECK(ask("/second") == 200);
    CHECK(server.connections() == 2);
  }
}

TEST_CASE("a time limit is told as it was set, without the milliseconds that had passed before")
{
  constexpr int k_timed_out = 28; // CURLE_OPERATION_TIMEDOUT
  const auto told = [](int timeout) {
    return transfer_failure(k_timed_out, true, "host", "", std::chrono::milliseconds(timeout),
                            std::chrono::milliseconds(10'000))
      .message;
  };
  CHECK(told(999) == "no complete answer from host within 1 s");
  CHECK(told(599'987) == "no complete answer from host within 600 s");
  CHECK(told(250) == "no complete answer from host within 0.25 s");
}

} // namespace transport_test
