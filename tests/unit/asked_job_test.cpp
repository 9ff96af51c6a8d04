#include "engine/asked_job.hpp"
#include "engine/forecast.hpp"
#include "engine_bench.hpp"
#include "run_until.hpp"

#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <string_view>

// What of a job is filled in, and for whom.
namespace limn {

namespace {

struct Levels {
  Job said;
  JobDefaults of_gateway;
  JobDefaults of_all;

  Job asked(std::string_view model = "gpt-image-2") const
  {
    Gateway gateway;
    gateway.defaults = of_gateway;
    Settings settings;
    settings.defaults = of_all;
    return asked_job(said, gateway, model, settings);
  }
};

Job silent_job()
{
  Job job;
  job.prompt = "a fox";
  job.count = 0;
  return job;
}

SizeWish wish(std::string text)
{
  return {std::move(text), SizeRules::checked};
}

} // namespace

TEST_CASE("what is said holds, then what the gateway's defaults say, then the general ones")
{
  Levels levels{silent_job(), {}, {}};
  CHECK(levels.asked().size == "1024x1024");
  CHECK(levels.asked().count == 1);
  CHECK(levels.asked().quality.empty());

  levels.of_all.size = wish("2048x2048");
  levels.of_all.quality = "high";
  levels.of_all.moderation = "low";
  levels.of_all.count = 3;
  CHECK(levels.asked().size == "2048x2048");
  CHECK(levels.asked().quality == "high");
  CHECK(levels.asked().moderation == "low");
  CHECK(levels.asked().count == 3);

  levels.of_gateway.size = wish("auto");
  levels.of_gateway.quality = "low";
  levels.of_gateway.moderation = ""; // left to the gateway, whatever is said in general
  CHECK(levels.asked().size == "auto");
  CHECK(levels.asked().quality == "low");
  CHECK(levels.asked().moderation.empty());

  levels.said.size = "1536x1024";
  levels.said.quality = "medium";
  levels.said.moderation = "auto";
  levels.said.count = 2;
  CHECK(levels.asked().size == "1536x1024");
  CHECK(levels.asked().quality == "medium");
  CHECK(levels.asked().moderation == "auto");
  CHECK(levels.asked().count == 2);
}

TEST_CASE("a default that goes against what stands nearer to the job is left out")
{
  struct Row {
    const char* name;
    std::function<void(Levels&)> set;
    std::string_view format;
    std::string_view background;
    int compression; // -1: none
  };
  const auto none = std::string_view();
  for (const auto& row : {
         Row{"said jpeg",
             [](Levels& l) {
               l.said.output_format = "jpeg";
               l.of_all.background = "transparent";
             },
             "jpeg", none, -1},
         Row{"said transparent",
             [](Levels& l) {
               l.said.background = "transparent";
               l.of_all.output_format = "jpeg";
             },
             none, "transparent", -1},
         Row{"the gateway draws jpeg",
             [](Levels& l) {
               l.of_gateway.output_format = "jpeg";
               l.of_all.background = "transparent";
             },
             "jpeg", none, -1},
         Row{"the gateway draws transparently",
             [](Levels& l) {
               l.of_gateway.background = "transparent";
               l.of_all.output_format = "jpeg";
             },
             none, "transparent", -1},
         Row{"a further level fits",
             [](Levels& l) {
               l.said.output_format = "jpeg";
               l.of_gateway.background = "transparent";
               l.of_all.background = "opaque";
             },
             "jpeg", "opaque", -1},
         Row{"compression of a format that has one",
             [](Levels& l) {
               l.of_all.output_format = "webp";
               l.of_all.output_compression = 80;
             },
             "webp", none, 80},
         Row{"compression without a format", [](Levels& l) { l.of_all.output_compression = 80; },
             none, none, -1},
         Row{"compression with a name that ends in png",
             [](Levels& l) {
               l.said.output_format = "png";
               l.of_all.output_compression = 80;
             },
             "png", none, -1},
         Row{"the gateway wants none",
             [](Levels& l) {
               l.of_gateway.output_compression = -1;
               l.of_all.output_format = "webp";
               l.of_all.output_compression = 80;
             },
             "webp", none, -1},
         Row{"said compression and a default of png",
             [](Levels& l) {
               l.said.output_compression = 50;
               l.of_all.output_format = "png";
             },
             none, none, 50},
         Row{"said no loss and a default of png",
             [](Levels& l) {
               l.said.output_compression = 100;
               l.of_all.output_format = "png";
             },
             "png", none, 100},
       }) {
    CAPTURE(row.name);
    Levels levels{silent_job(), {}, {}};
    row.set(levels);
    const auto asked = levels.asked();
    CHECK(asked.output_format == row.format);
    CHECK(asked.background == row.background);
    CHECK(asked.output_compression.value_or(-1) == row.compression);
  }
}

TEST_CASE("hd and standard of the defaults are told in the words of the model")
{
  Levels levels{silent_job(), {}, {}};
  levels.of_all.quality = "hd";
  CHECK(levels.asked("openai/gpt-image-2").quality == "high");
  CHECK(levels.asked("dall-e-3").quality == "hd");
  levels.of_gateway.quality = "standard";
  CHECK(levels.asked("gpt-image-1").quality == "medium");
  levels.said.quality = "hd"; // what was said is said by who reads it
  CHECK(levels.asked("gpt-image-2").quality == "hd");
}

TEST_CASE(
  "each gateway is asked with its own defaults, and history and cost say what was asked for")
{
  test::EngineBench bench;
  bench.settings.defaults.quality = "high";
  bench.settings.defaults.count = 2;
  auto order =
    bench.order_for({bench.sandbox->base_url("billing-402"), bench.sandbox->base_url("ok")});
  order.job.size.clear();
  order.job.quality.clear();
  order.job.count = 0;
  order.gateways[0].name = "poor";
  order.gateways[0].defaults.quality = "low";
  order.gateways[0].defaults.size = wish("1536x1024");
  order.gateways[1].name = "rich";

  const auto plan = bench.engine.plan(order.job, order.gateways, order.options);
  REQUIRE(plan.attempts.size() == 3); // the first gateway has a smaller size to go to
  CHECK(plan.attempts[0].size == "1536x1024");
  CHECK(plan.attempts[0].quality() == "low");
  CHECK(plan.attempts[2].size == "1024x1024");
  CHECK(plan.attempts[2].quality() == "high");
  CHECK(plan.attempts[0].cost.amount < plan.attempts[2].cost.amount);
  // The dearest of them, with both images.
  CHECK(bench.engine.estimate(order.job, order.gateways, order.options) == plan.attempts[2].cost);

  test::KeptOutcome kept;
  bench.engine.start(std::move(order), kept);
  test::run_until(*bench.loop, [&] { return kept.outcome.has_value(); });
  const auto& outcome = *kept.outcome;
  REQUIRE_FALSE(outcome.failure);
  CHECK(outcome.images.size() == 2);
  CHECK(outcome.attempts.front().gateway == "poor");
  CHECK(outcome.attempts.front().quality == "low");
  CHECK(outcome.attempts.front().size == "1536x1024");
  CHECK(outcome.attempts.back().gateway == "rich");
  CHECK(outcome.attempts.back().quality == "high");
  CHECK(outcome.size_asked == "1024x1024");
  CHECK(outcome.size_sent == "1024x1024");
}

} // namespace limn
