#include "engine/plan.hpp"

#include <doctest/doctest.h>

#include <array>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

using namespace limn;

namespace {

using Providers = std::vector<std::vector<std::string>>;
using Sizes = std::vector<std::string>;

const Providers k_two_by_two{{"a", "b"}, {"a", "b"}};
const Sizes k_sizes{"large", "middle", "small"};

// Where every gateway has the same ladder.
Plan plan_through(const Providers& providers, const Sizes& sizes)
{
  std::vector<Plan::Stop> stops;
  for (const auto& of_gateway : providers) {
    stops.push_back({of_gateway, sizes});
  }
  return Plan(std::move(stops));
}

// "gateway provider size", or "done".
std::string place(const Plan& plan)
{
  return plan.done() ? "done"
                     : std::to_string(plan.gateway()) + " " + plan.provider() + " " + plan.size();
}

// Where the plan goes with the same step over and over.
std::vector<std::string> walk(Plan plan, NextStep step)
{
  std::vector<std::string> places;
  while (!plan.done()) {
    places.push_back(place(plan));
    REQUIRE(places.size() < 100);
    plan.advance(step);
  }
  return places;
}

// The plan where `place` is, by stepping through all of it.
Plan at(std::string_view wanted)
{
  auto plan = plan_through(k_two_by_two, k_sizes);
  while (place(plan) != wanted) {
    REQUIRE(!plan.done());
    plan.advance(NextStep::next_size);
  }
  return plan;
}

} // namespace

TEST_CASE("each gateway has its own ladder of sizes")
{
  const Plan plan({{{"a", "b"}, {"large", "small"}}, {{}, {"none"}}, {{"c"}, {"wide"}}});
  CHECK(
    walk(plan, NextStep::next_size)
    == std::vector<std::string>{"0 a large", "0 a small", "0 b large", "0 b small", "2 c wide"});
}

TEST_CASE("gateways are outside, providers inside, sizes innermost")
{
  CHECK(walk(plan_through(k_two_by_two, {"large", "small"}), NextStep::next_size)
        == std::vector<std::string>{"0 a large", "0 a small", "0 b large", "0 b small", "1 a large",
                                    "1 a small", "1 b large", "1 b small"});
  CHECK(walk(plan_through(k_two_by_two, k_sizes), NextStep::next_provider)
        == std::vector<std::string>{"0 a large", "0 b large", "1 a large", "1 b large"});
  CHECK(walk(plan_through(k_two_by_two, k_sizes), NextStep::next_gateway)
        == std::vector<std::string>{"0 a large", "1 a large"});
  CHECK(walk(plan_through(k_two_by_two, k_sizes), NextStep::stop)
        == std::vector<std::string>{"0 a large"});
}

TEST_CASE("every step from every place")
{
  struct Row {
    std::string_view from;
    std::string_view next_size;
    std::string_view next_provider;
    std::string_view next_gateway;
  };
  for (const auto& row : std::vector<Row>{
         {"0 a large", "0 a middle", "0 b large", "1 a large"},
         {"0 a middle", "0 a small", "0 b large", "1 a large"},
         {"0 a small", "0 b large", "0 b large", "1 a large"},
         {"0 b large", "0 b middle", "1 a large", "1 a large"},
         {"0 b small", "1 a large", "1 a large", "1 a large"},
         {"1 a large", "1 a middle", "1 b large", "done"},
         {"1 a small", "1 b large", "1 b large", "done"},
         {"1 b large", "1 b middle", "done", "done"},
         {"1 b middle", "1 b small", "done", "done"},
         {"1 b small", "done", "done", "done"},
       }) {
    CAPTURE(row.from);
    const auto after = [&](NextStep step) {
      auto plan = at(row.from);
      plan.advance(step);
      return place(plan);
    };
    CHECK(after(NextStep::next_size) == row.next_size);
    CHECK(after(NextStep::next_provider) == row.next_provider);
    CHECK(after(NextStep::next_gateway) == row.next_gateway);
    CHECK(after(NextStep::retry) == row.from);
    CHECK(after(NextStep::stop) == "done");
  }
}

TEST_CASE("gateways without providers are passed over")
{
  CHECK(plan_through({}, k_sizes).done());
  CHECK(plan_through({{}, {}}, k_sizes).done());
  CHECK(walk(plan_through({{}, {"a"}, {}, {}, {"b"}, {}}, {"s"}), NextStep::next_size)
        == std::vector<std::string>{"1 a s", "4 b s"});
}

TEST_CASE("gateways have providers of their own")
{
  CHECK(walk(plan_through({{"b"}, {"a", "c"}}, {"s"}), NextStep::next_provider)
        == std::vector<std::string>{"0 b s", "1 a s", "1 c s"});
}

TEST_CASE("a smaller size is seen while there is one")
{
  CHECK(at("0 a large").has_smaller_size());
  CHECK(at("0 a middle").has_smaller_size());
  CHECK(!at("0 a small").has_smaller_size());
  CHECK(!plan_through({{"a"}}, {"only"}).has_smaller_size());
}

TEST_CASE(
  "no steps lead to the same gateway, provider and size twice, and any steps lead to an end")
{
  std::minstd_rand random(1);
  const auto pick = [&random](int count) {
    return static_cast<int>(random() % static_cast<unsigned>(count));
  };
  constexpr std::array k_steps{NextStep::next_size, NextStep::next_provider,
                               NextStep::next_gateway};
  for (int round = 0; round < 2000; ++round) {
    Providers providers(static_cast<std::size_t>(pick(5)));
    std::size_t triples = 0;
    Sizes sizes;
    for (int i = pick(4); i >= 0; --i) {
      sizes.push_back("s" + std::to_string(i));
    }
    for (auto& list : providers) {
      for (int i = pick(4); i > 0; --i) {
        list.push_back("p" + std::to_string(i));
      }
      triples += list.size() * sizes.size();
    }
    auto plan = plan_through(providers, sizes);
    std::set<std::tuple<std::size_t, std::string, std::string>> seen;
    std::size_t last_gateway = 0;
    while (!plan.done()) {
      CHECK(plan.gateway() >= last_gateway);
      last_gateway = plan.gateway();
      REQUIRE(seen.emplace(plan.gateway(), plan.provider(), plan.size()).second);
      const auto before = place(plan);
      plan.advance(NextStep::retry);
      REQUIRE(place(plan) == before);
      plan.advance(k_steps[static_cast<std::size_t>(pick(3))]);
    }
    CHECK(seen.size() <= triples);
  }
}

TEST_CASE("the ladder of sizes goes down from the one asked for, and up only from below it")
{
  struct Row {
    std::string asked;
    Sizes fallback;
    Sizes ladder;
  };
  for (const auto& row : std::vector<Row>{
         {"2048x1024", {"1024x1024"}, {"2048x1024", "1024x1024"}},
         {"2048x1024", {}, {"2048x1024"}},
         {"1024x1024", {"1024x1024"}, {"1024x1024"}},
         {"1024x1024", {"2048x2048", "512x512"}, {"1024x1024", "512x512"}},
         {"1024x1024", {"1536x1024", "1024x1024"}, {"1024x1024"}},
         {"1024x1024",
          {"2048x2048", "1536x1024", "1024x1536"},
          {"1024x1024", "1536x1024", "1024x1536", "2048x2048"}}, // below the whole ladder
         {"512x512", {"1024x1024"}, {"512x512", "1024x1024"}},
         {"512x512", {"1024x1024", "256x256"}, {"512x512", "256x256"}},
         {"2048x1024", {"1024x2048"}, {"2048x1024", "1024x2048"}}, // as many pixels: not larger
         {"2048x2048", {"512x512", "1024x1024", "512x512"}, {"2048x2048", "512x512", "1024x1024"}},
         {"512x512", {"auto"}, {"512x512", "auto"}},
         {"auto", {"4096x4096", "1024x1024"}, {"auto", "4096x4096", "1024x1024"}},
         {"", {"1024x1024"}, {"", "1024x1024"}},
         {"99999x99999",
          {"99999x99998"},
          {"99999x99999", "99999x99998"}}, // more than 32 bits of pixels
       }) {
    CAPTURE(row.asked);
    CHECK(size_ladder(row.asked, row.fallback) == row.ladder);
  }
}
