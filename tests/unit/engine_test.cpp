#include "engine_bench.hpp"
#include "run_until.hpp"
#include "scripted_server.hpp"

#include <doctest/doctest.h>

#include <atomic>

// What the engine does with several jobs.
namespace limn {

namespace {

// Takes every request and never answers.
struct SilentServer {
  std::function<void()> on_request; // from a thread of the server
  std::atomic<int> requests = 0;
  test::ScriptedServer server{[this](std::string_view, std::string_view) {
    ++requests;
    if (on_request) {
      on_request();
    }
    return test::Reply{"", test::Reply::After::never_ends};
  }};

  std::string base_url() const { return server.origin() + "/v1"; }
};

bool is_cancelled(const test::KeptOutcome& job)
{
  return job.outcome && job.outcome->failure
         && job.outcome->failure->failure_class == FailureClass::cancelled;
}

} // namespace

TEST_CASE("who cancels one job ends that one, through its listener, and the others go on")
{
  test::EngineBench bench;
  test::KeptOutcome given_up;
  test::KeptOutcome other;
  SilentServer silent;
  auto id = JobId{};
  silent.on_request = [&] { bench.loop->post([&] { bench.engine.cancel(id); }); };
  id = bench.engine.start(bench.order_for({silent.base_url(), bench.sandbox->base_url("ok")}),
                          given_up);
  CHECK(bench.engine.start(bench.order_for({bench.sandbox->base_url("slow-200")}), other) != id);
  test::run_until(*bench.loop, [&] { return given_up.outcome && other.outcome; });
  REQUIRE(is_cancelled(given_up));
  REQUIRE(given_up.outcome->attempts.size() == 1); // nobody is asked after it
  CHECK(given_up.outcome->attempts.front().may_have_cost);
  CHECK(silent.requests == 1);
  CHECK_FALSE(other.outcome->failure);
  CHECK(other.outcome->images.size() == 1);
}

TEST_CASE("a job that is cancelled before its first request asks nobody and costs nothing")
{
  struct SilentGate : MoneyGate {
    std::function<void()> on_asked;
    std::function<void(Done)> answer;
    void may_spend(const Attempt&, std::function<void(Done)> given) override
    {
      answer = std::move(given);
      on_asked();
    }
    void settled(const Attempt& attempt) override { CHECK_FALSE(attempt.may_have_cost); }
  } silent_gate;

  test::EngineBench bench;
  SilentServer silent;
  test::KeptOutcome at_once;
  bench.engine.cancel(bench.engine.start(bench.order_for({silent.base_url()}), at_once));
  test::run_until(*bench.loop, [&] { return at_once.outcome.has_value(); });
  CHECK(is_cancelled(at_once));
  CHECK(at_once.outcome->attempts.empty());

  test::KeptOutcome at_the_gate;
  auto id = JobId{};
  silent_gate.on_asked = [&] { bench.loop->post([&] { bench.engine.cancel(id); }); };
  auto order = bench.order_for({silent.base_url()});
  order.gate = &silent_gate;
  id = bench.engine.start(std::move(order), at_the_gate);
  test::run_until(*bench.loop, [&] { return at_the_gate.outcome.has_value(); });
  CHECK(is_cancelled(at_the_gate));
  silent_gate.answer({}); // too late
  CHECK(silent.server.connections() == 0);
}

TEST_CASE("a job that is finished, or was never there, cannot be cancelled")
{
  test::EngineBench bench;
  test::KeptOutcome drawn;
  const auto id = bench.engine.start(bench.order_for({bench.sandbox->base_url("ok")}), drawn);
  test::run_until(*bench.loop, [&] { return drawn.outcome.has_value(); });
  bench.engine.cancel(id);
  bench.engine.cancel(JobId{12345});
  // Its run is taken away in a turn of its own.
  bool has_turned = false;
  bench.loop->post([&] { has_turned = true; });
  test::run_until(*bench.loop, [&] { return has_turned; });
  bench.engine.cancel(id);
  CHECK(drawn.ends == 1);
  CHECK_FALSE(drawn.outcome->failure);
}

} // namespace limn
