#include "base/base64.hpp"
#include "base/json.hpp"
#include "engine/attempt_run.hpp"
#include "http/transport.hpp"
#include "loop/epoll_loop.hpp"
#include "memory_sink.hpp"
#include "plugin/provider.hpp"
#include "read_back.hpp"
#include "run_until.hpp"
#include "sandbox/sandbox.hpp"
#include "scripted_server.hpp"
#include "silence.hpp"

#include <limn/sdk.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <ostream>

// A provider with several steps, against a real server: what is billable is sent once, whatever
// goes wrong afterwards.
namespace limn {

namespace {

using std::chrono::milliseconds;

// What the provider of a test says, step by step. It claims no image, but what it is told to, and
// takes 4xx and 5xx for failures.
std::vector<sdk::Step>
  g_steps; // the SDK makes the instance, so a test has no other way to reach it

// What it was told, an event a word; and what tells the gateway to stop.
std::string g_heard;
std::optional<sdk::Request> g_cancel;
std::string g_claimed; // of each message

struct ScriptedDialogue {
  std::size_t at = 0;
  std::optional<sdk::Request> cancel() { return g_cancel; }
  sdk::Step next() { return at < g_steps.size() ? g_steps[at++] : sdk::Step(sdk::Finish{}); }
  void receive(const sdk::Event& event, sdk::Results& results)
  {
    constexpr const char* names[] = {"head ", "message ", "end "};
    g_heard += names[event.kind];
    if (event.kind == LIMN_EVENT_MESSAGE && !g_claimed.empty()) {
      results.image(g_claimed);
    }
    if (event.kind == LIMN_EVENT_END && event.http_status >= 400) {
      throw sdk::Failure(event.http_status == 429   ? LIMN_RATE_LIMITED
                         : event.http_status >= 500 ? LIMN_SERVER
                                                    : LIMN_ENDPOINT,
                         "HTTP " + std::to_string(event.http_status));
    }
  }
};

struct ScriptedProvider {
  ScriptedProvider(sdk::Host, sdk::Settings) {}
  sdk::Capabilities describe() const { return {}; }
  std::unique_ptr<ScriptedDialogue> open(const sdk::Job&, const sdk::Gateway&)
  {
    return std::make_unique<ScriptedDialogue>();
  }
};

constexpr limn_component k_component =
  sdk::provider<ScriptedProvider>("scripted", "Scripted", "says what a test says");

sdk::Step post(const char* path, const char* body = R"({"model":"gpt-image-2","prompt":"x"})")
{
  auto request = sdk::Request::json(path, body);
  request.billable = true;
  return sdk::Send{request};
}

sdk::Step get(const char* path)
{
  sdk::Request request;
  request.method = "GET";
  request.path = path;
  return sdk::Send{request};
}

struct Bench {
  test::Silence log;
  std::unique_ptr<Loop> loop = std::move(*epoll_loop());
  std::unique_ptr<Sandbox> sandbox = std::move(*Sandbox::start(*loop, {}));
  std::unique_ptr<Transport> transport =
    std::make_unique<Transport>(*loop, TransportOptions(), log);
  test::MemorySink sink;
  Provider provider{&k_component, new ScriptedProvider(sdk::Host(nullptr), sdk::Settings(nullptr)),
                    "provider scripted"};

  std::function<void(std::function<void(Done)>)> may_spend; // empty: nobody is asked
  std::uint64_t cancel_at = 0; // so many bytes of the answer; 0: whatever comes

  AttemptResult run(const char* behaviour, std::vector<sdk::Step> steps,
                    milliseconds timeout = milliseconds(20'000),
                    milliseconds cancel_after = milliseconds(0))
  {
    return run_at(sandbox->base_url(behaviour), std::move(steps), timeout, cancel_after);
  }

  AttemptResult run_at(std::string base_url, std::vector<sdk::Step> steps,
                       milliseconds timeout = milliseconds(20'000),
                       milliseconds cancel_after = milliseconds(0))
  {
    g_steps = std::move(steps);
    g_heard.clear();
    Gateway gateway;
    gateway.name = "sandbox";
    gateway.base_url = std::move(base_url);
    gateway.key = Secret("a-key-of-the-test");
    const FailureWords words;
    AttemptOrder order;
    order.gateway = &gateway;
    order.provider = &provider;
    order.sink = &sink;
    order.words = &words;
    order.job.prompt = "x";
    order.model = "gpt-image-2";
    order.timeout = timeout;
    order.may_spend = may_spend;
    std::optional<AttemptResult> result;
    DiskThread disk(*loop);
    Timer cancel;
    std::function<void()> give_up;
    order.on_bytes = [&](std::uint64_t bytes) {
      if (cancel_at > 0 && bytes >= cancel_at) {
        cancel = loop->after(milliseconds(0), give_up);
      }
    };
    AttemptRun attempt(*transport, disk, std::move(order),
                       [&](AttemptResult done) { result = std::move(done); });
    give_up = [&] { attempt.cancel(); };
    const auto start = loop->after(milliseconds(0), [&] { attempt.start(); });
    if (cancel_after > milliseconds(0)) {
      cancel = loop->after(cancel_after, give_up);
    }
    test::run_until(*loop, [&] { return result.has_value(); });
    return std::move(*result);
  }

  // Requests that the server took for asking for an image.
  int billable()
  {
    const auto base = sandbox->base_url("ok");
    const auto json = parse_json(
      test::read_back(*loop, *transport, base.substr(0, base.find("/ok/")) + "/_counts"));
    REQUIRE(json);
    return member(*member(*json, "total"), "billable")->GetInt();
  }
};

} // namespace

TEST_CASE("once a gateway is drawing, a question that fails leaves the outcome unknown")
{
  Bench bench;
  for (const int status : {404, 401, 429, 500}) {
    const test::ScriptedServer server([status](std::string_view method, std::string_view) {
      return test::Reply{method == "POST" ? test::response(202, R"({"id":"1"})")
                                          : test::response(status, "{}")};
    });
    const auto result =
      bench.run_at(server.origin() + "/v1", {post("/images/generations"), get("/jobs/1")});
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class == FailureClass::outcome_unknown);
    CHECK(result.may_have_cost);
  }
}

TEST_CASE("a refusal of the billable request itself keeps its class")
{
  Bench bench;
  const auto result = bench.run("server-500", {post("/images/generations")});
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::server);
  CHECK(!result.may_have_cost);
}

TEST_CASE("an image that the provider does not recognise is delivered")
{
  Bench bench;
  const auto result = bench.run("ok", {post("/images/generations")});
  CHECK(!result.failure);
  CHECK(result.images.size() == 1);
  CHECK(bench.sink.images.size() == 1);
  CHECK(bench.sink.kept.empty());
}

TEST_CASE("an image that has no place is told as not saved, and as paid for")
{
  Bench bench;
  bench.sink.has_no_room = Failure(FailureClass::not_saved, "no room");
  const auto result = bench.run("ok", {post("/images/generations")});
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::not_saved);
  CHECK(result.may_have_cost);
  CHECK(result.images.empty());
  CHECK(bench.sink.kept.size() == 1);
}

TEST_CASE("a billable request is put on the wire once, also on a connection that was used before "
          "and breaks")
{
  for (const bool has_body : {true, false}) {
    Bench bench;
    auto drawing = post("/images/generations");
    if (!has_body) {
      std::get<sdk::Send>(drawing).request.parts.clear();
    }
    const auto result = bench.run("hang-up", {get("/models"), drawing});
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class == FailureClass::outcome_unknown);
    CHECK(bench.billable() == 1);
  }
}

TEST_CASE("an attempt as a whole has a deadline")
{
  Bench bench;
  std::vector<sdk::Step> steps{post("/images/generations")};
  for (int i = 0; i < 1000; ++i) {
    steps.emplace_back(sdk::Wait{milliseconds(50)});
  }
  const test::ScriptedServer server([](std::string_view, std::string_view) {
    return test::Reply{test::response(202, R"({"id":"1"})")};
  });
  const auto result = bench.run_at(server.origin() + "/v1", steps, milliseconds(400));
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::outcome_unknown);
  CHECK(result.failure->hint.find("--timeout") != std::string::npos);
}

TEST_CASE("a cancelled attempt ends at once as cancelled, wherever it is")
{
  Bench bench;
  const auto waiting =
    bench.run("ok", {sdk::Wait{milliseconds(60'000)}}, milliseconds(60'000), milliseconds(20));
  CHECK(waiting.failure->failure_class == FailureClass::cancelled);
  CHECK(!waiting.may_have_cost);
  const auto drawing =
    bench.run("slow-60000", {post("/images/generations")}, milliseconds(60'000), milliseconds(200));
  CHECK(drawing.failure->failure_class == FailureClass::cancelled);
  CHECK(drawing.may_have_cost);
}

namespace {

// An answer of which the rest never comes.
struct CutAnswer {
  int status = 200;
  std::string body;
  bool is_given_up = false; // else the connection ends

  AttemptResult run(Bench& bench) const
  {
    const auto whole = test::response(status, body + "}");
    const test::ScriptedServer server([&](std::string_view, std::string_view) {
      return test::Reply{whole.substr(0, whole.size() - 1),
                         is_given_up ? test::Reply::After::never_ends : test::Reply::After::close};
    });
    bench.cancel_at = is_given_up ? body.size() : 0;
    return bench.run_at(server.origin() + "/v1", {post("/images/generations")});
  }
};

} // namespace

TEST_CASE("a whole picture of a message that is cut off, by the connection or by who gives it up, "
          "is what the rest of the message makes it")
{
  Bench drawer;
  REQUIRE(!drawer.run("ok", {post("/images/generations")}).failure);
  const auto picture = base64_encode(std::as_bytes(std::span(drawer.sink.images.at(0))));
  const auto preview = R"({"type":"image_generation.partial_image","b64_json":")" + picture + '"';
  const auto image = R"({"type":"image_generation.completed","b64_json":")" + picture + '"';
  const auto in_page = "<html><img src='data:image/png;base64," + picture + "'>";
  struct Row {
    const char* name;
    int status;
    std::string body;
    std::size_t images;
    std::size_t kept;
  };
  const Row rows[] = {
    {"an image", 200, R"({"data":[{"b64_json":")" + picture + '"', 1, 0},
    {"an image of an event", 200, R"(data: {"b64_json":")" + picture + '"', 1, 0},
    {"an image in the words of a chat, as HTML", 200,
     R"({"choices":[{"message":{"content":")" + in_page, 1, 0},
    {"a picture in a refusal", 402, R"({"b64_json":")" + picture + '"', 1, 0},
    {"the picture of a web page in a refusal", 402, R"({"error":{"message":")" + in_page, 0, 0},
    {"the same behind another document", 402,
     "{\"status\":\"queued\"}\n{\"error\":{\"message\":\"" + in_page, 0, 0},
    {"a preview", 200,
     "event: image_generation.partial_image\ndata: {\"b64_json\":\"" + picture + '"', 0, 1},
    {"a preview of an event without a name", 200, "data: " + preview, 0, 1},
    {"a preview behind another document", 200, "{\"status\":\"queued\"}\n" + preview, 0, 1},
    {"a preview in an object of its own", 200,
     R"(data: {"type":"x.partial_image","data":{"b64_json":")" + picture + '"', 0, 1},
    {"a preview, then the image, in a list", 200, "[" + preview + "}," + image + "}", 1, 0},
    {"a preview, then the image, a line each", 200, preview + "}\n" + image, 1, 0},
  };
  for (const auto& row : rows) {
    for (const bool is_given_up : {false, true}) {
      const auto way = std::string(row.name) + (is_given_up ? ", given up" : ", broken");
      CAPTURE(way);
      Bench bench;
      const auto result = CutAnswer{row.status, row.body, is_given_up}.run(bench);
      CHECK(result.images.size() == row.images);
      CHECK(bench.sink.images.size() == row.images);
      CHECK(bench.sink.kept.size() == row.kept);
      CHECK(result.failure.has_value() == (row.images == 0));
    }
  }
}

TEST_CASE("the picture of a web page in an error that is cut off is no image, whatever the status")
{
  Bench drawer;
  REQUIRE(!drawer.run("ok", {post("/images/generations")}).failure);
  const auto picture = base64_encode(std::as_bytes(std::span(drawer.sink.images.at(0))));
  const auto body = R"(data: {"error":{"message":"upstream: <html><img src='data:image/png;base64,)"
                    + picture + "'>";
  Bench bench;
  const auto result = CutAnswer{200, body}.run(bench);
  CHECK(result.failure);
  CHECK(result.images.empty());
  REQUIRE(bench.sink.kept.size() == 1);
  CHECK(bench.sink.kept.at(0).find("upstream: <html>") != std::string::npos); // the text
}

TEST_CASE("what a gateway said stands before the scrap of what it was about to say")
{
  Bench bench;
  const auto body = "data: {\"message\":\"the queue is full, see support\"}\n\ndata: [DO";
  const auto result = CutAnswer{200, body}.run(bench);
  REQUIRE(result.failure);
  CHECK(result.failure->message.find("the queue is full") != std::string::npos);
  CHECK(result.failure->message.find("[DO") == std::string::npos);
}

TEST_CASE("an address in a document that lacks its end is told, and kept")
{
  Bench bench;
  const auto result =
    CutAnswer{200, R"({"data":[{"url":"https://img.example/drawn.png?token=1"}])"}.run(bench);
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::outcome_unknown);
  CHECK(result.failure->message.find("https://img.example/drawn.png") != std::string::npos);
  REQUIRE(bench.sink.kept.size() == 1);
  CHECK(bench.sink.kept.at(0).find("drawn.png?token=1") != std::string::npos);
}

TEST_CASE("who gives up while a whole document is there, and its answer has not ended, is told the "
          "address in it, also in a refusal")
{
  g_claimed = "https://127.0.0.1:9/drawn.png";
  const auto data = R"("data":[{"url":")" + g_claimed + "\"}]}";
  for (const int status : {200, 402}) {
    CAPTURE(status);
    Bench bench;
    const auto body = status == 200 ? "{" + data : R"({"error":{"message":"no credit"},)" + data;
    const auto result = CutAnswer{status, body, true}.run(bench);
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class == FailureClass::cancelled);
    CHECK(result.failure->message.find(g_claimed) != std::string::npos);
    CHECK(bench.sink.kept.size() == 1); // the answer, whole
  }
  g_claimed.clear();
}

// --- Jobs that are asked after ---

namespace {

// A gateway that takes a job, and breaks the first so many questions about it as it is told to.
struct JobServer {
  test::Reply broken;
  int breaks = 0;
  std::atomic<int> submits{0}, polls{0}, stops{0};
  test::ScriptedServer server{[this](std::string_view method, std::string_view target) {
    if (target == "/v1/cancel") {
      ++stops;
      return test::Reply{test::response(200, "{}")};
    }
    if (method == "POST") {
      ++submits;
      return test::Reply{test::response(202, R"({"id":"1"})")};
    }
    return ++polls <= breaks ? broken : test::Reply{test::response(200, R"({"status":"done"})")};
  }};
  std::string base_url() const { return server.origin() + "/v1"; }
};

} // namespace

TEST_CASE("a question about a job is asked again when its connection fails, and the dialogue hears "
          "of one response")
{
  using After = test::Reply::After;
  const auto whole = test::response(200, R"({"status":"done","b64_json":"....................."})");
  const test::Reply broken[] = {{"", After::close},
                                {"", After::reset},
                                {whole.substr(0, 20), After::close},
                                {whole.substr(0, whole.size() - 10), After::close}};
  for (const auto& reply : broken) {
    Bench bench;
    JobServer server{reply, 1};
    const auto result = bench.run_at(server.base_url(), {post("/jobs"), get("/jobs/1")});
    CHECK(server.submits == 1);
    CHECK(server.polls == 2);
    CHECK(g_heard == "head message end head message end ");
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class == FailureClass::no_image);
  }
}

TEST_CASE("a question whose connection never holds is asked until the attempt's time is over, and "
          "the failure says why")
{
  Bench bench;
  JobServer server{{"", test::Reply::After::close}, 1000};
  const auto result =
    bench.run_at(server.base_url(), {post("/jobs"), get("/jobs/1")}, milliseconds(1'800));
  CHECK(server.submits == 1);
  CHECK(server.polls > 1);
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::outcome_unknown);
  CHECK(result.failure->message.find("last heard: ") != std::string::npos);
  CHECK(result.may_have_cost);
}

TEST_CASE("a question that fails before anything could have been charged is not asked again")
{
  Bench bench;
  JobServer server{{"", test::Reply::After::close}, 1000};
  const auto result = bench.run_at(server.base_url(), {get("/jobs/1"), post("/jobs")});
  CHECK(server.polls == 1);
  CHECK(server.submits == 0);
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::unreachable);
}

TEST_CASE("who gives an attempt up tells the gateway to stop, once, and says so")
{
  g_cancel = sdk::Request::json("/cancel", "{}");
  const std::vector<sdk::Step> steps{post("/jobs"), sdk::Wait{milliseconds(60'000)},
                                     sdk::Wait{milliseconds(60'000)}};
  for (const bool is_interrupt : {true, false}) {
    Bench bench;
    JobServer server;
    const auto result =
      bench.run_at(server.base_url(), steps, milliseconds(is_interrupt ? 60'000 : 300),
                   milliseconds(is_interrupt ? 300 : 0));
    CHECK(server.stops == 1);
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class
          == (is_interrupt ? FailureClass::cancelled : FailureClass::outcome_unknown));
    CHECK(result.failure->message.find("the gateway was told to stop") != std::string::npos);
    CHECK(result.failure->message.find("may have been drawn and charged") != std::string::npos);
    CHECK(result.may_have_cost);
  }
  g_cancel.reset();
}

TEST_CASE("a dialogue that ended by itself, or failed, is not asked how to stop")
{
  g_cancel = sdk::Request::json("/cancel", "{}");
  Bench bench;
  JobServer server{test::Reply{test::response(404, "{}")}, 1000};
  for (auto steps : {std::vector<sdk::Step>{post("/jobs")},
                     std::vector<sdk::Step>{post("/jobs"), get("/jobs/1")}}) {
    CHECK(bench.run_at(server.base_url(), std::move(steps)).failure);
  }
  CHECK(server.stops == 0);
  g_cancel.reset();
}

TEST_CASE("a gateway that does not listen holds nobody up")
{
  g_cancel = sdk::Request::json("/never", "{}");
  Bench bench;
  test::ScriptedServer server([](std::string_view, std::string_view target) {
    return target == "/v1/never" ? test::Reply{"", test::Reply::After::never_ends}
                                 : test::Reply{test::response(202, R"({"id":"1"})")};
  });
  const auto result =
    bench.run_at(server.origin() + "/v1", {post("/jobs"), sdk::Wait{milliseconds(60'000)}},
                 milliseconds(60'000), milliseconds(300));
  REQUIRE(result.failure);
  CHECK(result.failure->message.find("could not be told to stop") != std::string::npos);
  g_cancel.reset();
}

TEST_CASE("a billable request waits for leave, which may come at any time, and goes out once")
{
  for (const auto delay : {0, 1, 50}) {
    CAPTURE(delay);
    Bench bench;
    std::function<void(Done)> answer;
    Timer later;
    bench.may_spend = [&](std::function<void(Done)> told) {
      answer = std::move(told);
      if (delay == 0) {
        answer({});
        answer({}); // a second yes is none
        return;
      }
      later = bench.loop->after(milliseconds(delay), [&] {
        answer({});
        answer({});
      });
    };
    const auto result = bench.run("ok", {post("/images/generations")});
    CHECK_FALSE(result.failure);
    CHECK(bench.billable() == 1);
    answer({}); // the attempt is gone
    answer(fail(FailureClass::not_saved, "no space left on device"));
    CHECK(bench.billable() == 1);
  }
}

TEST_CASE("what may not be spent, at once or later, is not sent and cannot have cost anything")
{
  for (const auto delay : {0, 20}) {
    CAPTURE(delay);
    Bench bench;
    Timer later;
    bench.may_spend = [&](std::function<void(Done)> answer) {
      const auto refuse = [answer = std::move(answer)] {
        answer(fail(FailureClass::not_saved, "no space left on device"));
      };
      if (delay == 0) {
        refuse();
      } else {
        later = bench.loop->after(milliseconds(delay), refuse);
      }
    };
    const auto result = bench.run("ok", {post("/images/generations")});
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class == FailureClass::not_saved);
    CHECK_FALSE(result.may_have_cost);
    CHECK(bench.billable() == 0);
  }
}

TEST_CASE("an attempt whose leave never comes, or is given up before, sends nothing")
{
  for (const auto cancel_after : {0, 30}) {
    CAPTURE(cancel_after);
    Bench bench;
    std::function<void(Done)> answer;
    bench.may_spend = [&](std::function<void(Done)> told) { answer = std::move(told); };
    const auto result =
      bench.run("ok", {post("/images/generations")}, milliseconds(cancel_after > 0 ? 60'000 : 60),
                milliseconds(cancel_after));
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class
          == (cancel_after > 0 ? FailureClass::cancelled : FailureClass::unreachable));
    CHECK_FALSE(result.may_have_cost);
    answer({}); // too late
    CHECK(bench.billable() == 0);
  }
}

} // namespace limn
