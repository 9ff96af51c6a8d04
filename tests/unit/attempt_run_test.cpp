#include "codec/json.hpp"
#include "fallback/attempt_run.hpp"
#include "fresh_folder.hpp"
#include "plugin/provider.hpp"
#include "sandbox/sandbox.hpp"

#include <limn/sdk.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <ostream>

// A provider with several steps, against a real server: what is billable is sent once, whatever
// goes wrong afterwards.
namespace limn {

namespace {

using std::chrono::milliseconds;

// What the provider of a test says, step by step. It claims no image and takes 4xx and 5xx for
// failures.
std::vector<sdk::Step>
  g_steps; // the SDK makes the instance, so a test has no other way to reach it

struct ScriptedDialogue {
  std::size_t at = 0;
  sdk::Step next() { return at < g_steps.size() ? g_steps[at++] : sdk::Step(sdk::Finish{}); }
  void receive(const sdk::Event& event, sdk::Results&)
  {
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

class Silence : public Log
{
public:
  bool wants(LogLevel) const override { return false; }
  void write(LogLevel, std::string_view) override {}
};

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
  test::FreshFolder folder;
  std::unique_ptr<Sandbox> sandbox = std::move(*Sandbox::start({}));
  Silence log;
  std::unique_ptr<Transport> transport = std::move(*Transport::create({}, log));
  ImageStore store{{folder.path() / "images", "{slug}", "", folder.path() / "recovered"}};
  Provider provider{&k_component, new ScriptedProvider(sdk::Host(nullptr), sdk::Settings(nullptr)),
                    "provider scripted"};

  AttemptResult run(const char* behaviour, std::vector<sdk::Step> steps,
                    milliseconds timeout = milliseconds(20'000),
                    milliseconds cancel_after = milliseconds(0))
  {
    g_steps = std::move(steps);
    REQUIRE(store.check_writable());
    Gateway gateway;
    gateway.name = "sandbox";
    gateway.base_url = sandbox->base_url(behaviour);
    gateway.key = Secret("a-key-of-the-test");
    const FailureWords words;
    AttemptOrder order;
    order.gateway = &gateway;
    order.provider = &provider;
    order.store = &store;
    order.words = &words;
    order.job.prompt = "x";
    order.model = "gpt-image-2";
    order.timeout = timeout;
    std::optional<AttemptResult> result;
    AttemptRun attempt(*transport, std::move(order),
                       [&](AttemptResult done) { result = std::move(done); });
    transport->after(milliseconds(0), [&] { attempt.start(); });
    if (cancel_after > milliseconds(0)) {
      transport->after(cancel_after, [&] { attempt.cancel(); });
    }
    transport->run([&] { return result.has_value(); });
    return std::move(*result);
  }

  // Requests that the server took for asking for an image.
  int billable()
  {
    struct Counter : ResponseReceiver {
      std::string text;
      bool is_over = false;
      void head(int, const Pairs&) override {}
      bool body(std::string_view piece) override
      {
        text.append(piece);
        return true;
      }
      void finished(const std::optional<TransferFailure>&) override { is_over = true; }
    } counter;
    HttpRequest request;
    const auto base = sandbox->base_url("ok");
    request.url = base.substr(0, base.find("/ok/")) + "/_counts";
    transport->start(std::move(request), counter);
    transport->run([&] { return counter.is_over; });
    const auto json = parse_json(counter.text);
    REQUIRE(json);
    return member(*member(*json, "total"), "billable")->GetInt();
  }
};

} // namespace

TEST_CASE("once a gateway is drawing, a question that fails leaves the outcome unknown")
{
  Bench bench;
  for (const char* poll : {"/nothing-here", "/models/unknown"}) {
    const auto result = bench.run("ok", {post("/images/generations"), get(poll)});
    REQUIRE(result.failure);
    CHECK(result.failure->failure_class == FailureClass::outcome_unknown);
    CHECK(result.may_have_cost);
  }
  const auto limited =
    bench.run("ok", {post("/images/generations"), get("/../../rate-limited-long/v1/models/x")});
  CHECK(limited.failure->failure_class == FailureClass::outcome_unknown);
}

TEST_CASE("a refusal of the billable request itself keeps its class")
{
  Bench bench;
  const auto result = bench.run("server-500", {post("/images/generations")});
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::server);
  CHECK(!result.may_have_cost);
}

TEST_CASE("an image that the provider does not recognise is kept, and the message says where")
{
  Bench bench;
  const auto result = bench.run("ok", {post("/images/generations")});
  REQUIRE(result.failure);
  CHECK(result.failure->failure_class == FailureClass::no_image);
  REQUIRE(std::filesystem::exists(bench.folder.path() / "recovered"));
  const auto kept = std::filesystem::directory_iterator(bench.folder.path() / "recovered")->path();
  CHECK(kept.extension() == ".png");
  CHECK(result.failure->message.find(kept.string()) != std::string::npos);
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
  const auto result = bench.run("ok", steps, milliseconds(400));
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

} // namespace limn
