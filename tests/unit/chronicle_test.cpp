#include "engine/chronicle.hpp"
#include "engine_bench.hpp"
#include "memory/history_lines.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

// What the history is told of jobs, and when it is.
namespace limn {

namespace {

// An engine that keeps one, by threads as limn has them.
struct ChronicleBench : test::EngineBench {
  Redactor redactor;
  DiskThread images{*loop};
  DiskThread locks{*loop};
  Chronicle chronicle{*loop, images, folder.path() / "state", redactor, log};
  Engine drawing{
    *transport, {images, locks}, learnt, EngineGround{registry, settings, nullptr, &chronicle}};

  std::vector<PastEntry> entries() const
  {
    auto history = History::open(folder.path() / "state", std::chrono::milliseconds(1'000));
    REQUIRE(history.has_value());
    return history->find({}).value();
  }
};

// Looks into the history whenever it is told something.
class Reader : public test::KeptOutcome
{
public:
  explicit Reader(ChronicleBench& bench) : m_bench(bench) {}

  void image_saved(const SavedImage& image) override
  {
    for (const auto& entry : m_bench.entries()) {
      known_when_told += entry.image && entry.image->image.path == image.path ? 1 : 0;
    }
    ++told;
  }
  void finished(JobOutcome how) override
  {
    for (const auto& entry : m_bench.entries()) {
      ended_when_finished += entry.attempt.state == PastAttempt::State::ended ? 1 : 0;
    }
    KeptOutcome::finished(std::move(how));
  }

  int told = 0;
  int known_when_told = 0;
  int ended_when_finished = 0;

private:
  ChronicleBench& m_bench;
};

} // namespace

TEST_CASE("the history knows an image before anybody is told of it, and its end before the job's")
{
  ChronicleBench bench;
  Reader reader(bench);
  auto order = bench.order_for({bench.sandbox->base_url("ok")});
  order.job.count = 3;
  order.door = "test";
  bench.drawing.start(std::move(order), reader);
  test::run_until(*bench.loop, [&] { return reader.ends > 0; });
  CHECK(reader.told == 3);
  CHECK(reader.known_when_told == 3);
  CHECK(reader.ended_when_finished == 3);
  const auto entries = bench.entries();
  REQUIRE(entries.size() == 3);
  CHECK(entries.front().attempt.door == "test");
  CHECK(entries.front().attempt.images == 3);
}

TEST_CASE(
  "the history knows what each gateway was paid for, and nothing of those that cost nothing")
{
  ChronicleBench bench;
  Reader reader(bench);
  bench.drawing.start(bench.order_for({bench.sandbox->base_url("billing-402"),
                                       bench.sandbox->base_url("cut-mid-image")}),
                      reader);
  test::run_until(*bench.loop, [&] { return reader.ends > 0; });
  const auto entries = bench.entries();
  REQUIRE(entries.size() == 1);
  CHECK_FALSE(entries.front().image.has_value());
  CHECK(entries.front().attempt.failure_class == "outcome_unknown");
  CHECK(entries.front().attempt.may_have_cost);
}

TEST_CASE("a job that is cancelled ends once, with what the history was told of it")
{
  ChronicleBench bench;
  Reader reader(bench);
  const auto id =
    bench.drawing.start(bench.order_for({bench.sandbox->base_url("slow-60000")}), reader);
  test::run_until(*bench.loop, [&] { return !bench.entries().empty(); });
  CHECK(bench.entries().front().attempt.state == PastAttempt::State::sent);
  bench.drawing.cancel(id);
  bench.drawing.cancel(id);
  test::run_until(*bench.loop, [&] { return reader.ends > 0; });
  CHECK(reader.ends == 1);
  REQUIRE(bench.entries().size() == 1);
  CHECK(bench.entries().front().attempt.failure_class == "cancelled");
  CHECK(bench.entries().front().attempt.may_have_cost);
}

TEST_CASE("an engine may end while the history is still being told")
{
  for (int i = 0; i < 20; ++i) {
    ChronicleBench bench;
    Reader reader(bench);
    auto engine = std::make_unique<Engine>(
      *bench.transport, EngineThreads{bench.images, bench.locks}, bench.learnt,
      EngineGround{bench.registry, bench.settings, nullptr, &bench.chronicle});
    engine->start(bench.order_for({bench.sandbox->base_url("ok")}), reader);
    test::run_until(*bench.loop, [&] { return bench.chronicle.is_behind() || reader.ends > 0; });
    engine.reset();
    CHECK(reader.ends <= 1);
  }
}

TEST_CASE("no key is noted, whatever is asked for")
{
  ChronicleBench bench;
  bench.redactor.add(Secret("sk-secret-of-the-test"));
  PastAttempt attempt;
  attempt.id = "attempt111";
  attempt.time = std::chrono::system_clock::now();
  attempt.prompt = "a fox with sk-secret-of-the-test on it";
  attempt.message = "refused sk-secret-of-the-test";
  attempt.parameters =
    R"({"size":"","n":1,"inputs":["https://x.example/a.png?sig=sk-secret-of-the-test"]})";
  attempt.may_have_cost = true;
  bench.chronicle.note(attempt);
  bool is_noted = false;
  bench.chronicle.when_noted([&] { is_noted = true; });
  test::run_until(*bench.loop, [&] { return is_noted; });
  const auto entries = bench.entries();
  REQUIRE(entries.size() == 1);
  for (const auto& text : {entries.front().attempt.prompt, entries.front().attempt.message,
                           entries.front().attempt.parameters}) {
    CHECK(text.find("secret-of") == std::string::npos);
  }
  CHECK(entries.front().attempt.prompt == "a fox with [redacted] on it");
}

} // namespace limn
