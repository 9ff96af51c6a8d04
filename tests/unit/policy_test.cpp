#include "engine/policy.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

using namespace limn;
using namespace std::chrono_literals;

namespace {

using Action = Decision::Action;
using Class = FailureClass;

struct Row {
  Class failure_class;
  NextStep usual;
  NextStep if_second_charge_allowed;
};

// Every class there is.
constexpr std::array<Row, 25> k_rows{{
  {Class::content, NextStep::stop, NextStep::stop},
  {Class::billing, NextStep::next_gateway, NextStep::next_gateway},
  {Class::auth, NextStep::next_gateway, NextStep::next_gateway},
  {Class::access, NextStep::next_gateway, NextStep::next_gateway},
  {Class::model, NextStep::next_provider, NextStep::next_provider},
  {Class::endpoint, NextStep::next_provider, NextStep::next_provider},
  {Class::size, NextStep::next_size, NextStep::next_size},
  {Class::parameter, NextStep::stop, NextStep::stop},
  {Class::invalid_request, NextStep::stop, NextStep::stop},
  {Class::rate_limited, NextStep::next_gateway, NextStep::next_gateway},
  {Class::server, NextStep::next_provider, NextStep::next_provider},
  {Class::unreachable, NextStep::next_gateway, NextStep::next_gateway},
  {Class::tls, NextStep::next_gateway, NextStep::next_gateway},
  {Class::outcome_unknown, NextStep::stop, NextStep::next_provider},
  {Class::no_image, NextStep::stop, NextStep::next_provider},
  {Class::bad_image, NextStep::stop, NextStep::next_provider},
  {Class::cancelled, NextStep::stop, NextStep::stop},
  {Class::not_saved, NextStep::stop, NextStep::stop},
  {Class::internal, NextStep::next_provider, NextStep::next_provider},
  {Class::settings, NextStep::next_gateway, NextStep::next_gateway},
  {Class::not_found, NextStep::stop, NextStep::stop},
  {Class::unsupported, NextStep::next_provider, NextStep::next_provider},
  {Class::usage, NextStep::stop, NextStep::stop},
  {Class::no_gateway, NextStep::stop, NextStep::stop},
  {Class::unclear, NextStep::next_provider, NextStep::next_provider},
}};

constexpr std::array k_steps{NextStep::next_size, NextStep::next_provider, NextStep::next_gateway,
                             NextStep::retry, NextStep::stop};

bool is_one_of(Class failure_class, std::initializer_list<Class> classes)
{
  return std::find(classes.begin(), classes.end(), failure_class) != classes.end();
}

Decision decide(Class failure_class, const std::map<Class, NextStep>& overrides = {},
                DuplicateCharge duplicate_charge = DuplicateCharge::refused,
                const Circumstances& circumstances = {})
{
  return Policy(overrides, duplicate_charge).decide(Failure(failure_class, "x"), circumstances);
}

Failure rate_limit(std::chrono::milliseconds retry_after)
{
  Failure failure(Class::rate_limited, "slow down");
  failure.retry_after = retry_after;
  return failure;
}

Circumstances wait_budget(std::chrono::milliseconds left, int waits = 0)
{
  Circumstances circumstances;
  circumstances.wait_left = left;
  circumstances.waits = waits;
  return circumstances;
}

const Policy k_usual({}, DuplicateCharge::refused);

} // namespace

TEST_CASE("what usually happens after each class of failure")
{
  for (const auto& row : k_rows) {
    CAPTURE(to_string(row.failure_class));
    const auto refused = decide(row.failure_class);
    CHECK(refused.action == Action::advance);
    CHECK(refused.step == row.usual);
    const auto allowed = decide(row.failure_class, {}, DuplicateCharge::allowed);
    CHECK(allowed.action == Action::advance);
    CHECK(allowed.step == row.if_second_charge_allowed);
  }
}

TEST_CASE("a row can be overridden, but not that content, a cancellation and a failed save stop")
{
  for (const auto& row : k_rows) {
    for (const auto step : k_steps) {
      for (const auto duplicate_charge : {DuplicateCharge::refused, DuplicateCharge::allowed}) {
        CAPTURE(to_string(row.failure_class));
        CAPTURE(to_string(step));
        CAPTURE(duplicate_charge == DuplicateCharge::allowed);
        const bool always_stops =
          is_one_of(row.failure_class, {Class::content, Class::cancelled, Class::not_saved});
        const bool stops_for_money =
          is_one_of(row.failure_class, {Class::outcome_unknown, Class::no_image, Class::bad_image})
          && duplicate_charge == DuplicateCharge::refused;
        const auto decision =
          decide(row.failure_class, {{row.failure_class, step}}, duplicate_charge);
        CHECK(decision.action == Action::advance);
        CHECK(decision.step == (always_stops || stops_for_money ? NextStep::stop : step));
      }
    }
  }
}

TEST_CASE("an override is for its class alone")
{
  for (const auto& row : k_rows) {
    CAPTURE(to_string(row.failure_class));
    const auto other = row.failure_class == Class::auth ? Class::billing : Class::auth;
    CHECK(decide(row.failure_class, {{other, NextStep::retry}}).step == row.usual);
  }
}

TEST_CASE("a plugin that breaks down once the money may be spent stops the job unless a second "
          "charge is allowed")
{
  Circumstances sent;
  sent.billable_was_sent = true;
  CHECK(decide(Class::internal, {}, DuplicateCharge::refused, sent).step == NextStep::stop);
  CHECK(decide(Class::internal, {{Class::internal, NextStep::next_gateway}},
               DuplicateCharge::refused, sent)
          .step
        == NextStep::stop);
  CHECK(decide(Class::internal, {}, DuplicateCharge::allowed, sent).step
        == NextStep::next_provider);
  // What the gateway itself said in time is not in doubt.
  for (const auto failure_class :
       {Class::billing, Class::auth, Class::model, Class::size, Class::server}) {
    CHECK(decide(failure_class, {}, DuplicateCharge::refused, sent).step
          == decide(failure_class).step);
  }
}

TEST_CASE("what a gateway says about waiting is kept to within the budget")
{
  struct Wait {
    std::chrono::milliseconds told;
    std::chrono::milliseconds left;
    std::chrono::milliseconds waited; // 0: not at all
  };
  for (const auto& row : std::vector<Wait>{
         {10s, 120s, 10s},
         {120s, 120s, 120s},
         {120'001ms, 120s, 0ms},
         {1h, 120s, 0ms},
         {1ms, 0ms, 0ms},
         {0ms, 120s, 250ms}, // "now" is not to be a storm
         {100ms, 120s, 250ms},
         {250ms, 120s, 250ms},
         {251ms, 120s, 251ms},
       }) {
    CAPTURE(row.told.count());
    CAPTURE(row.left.count());
    const auto decision = k_usual.decide(rate_limit(row.told), wait_budget(row.left));
    if (row.waited > 0ms) {
      CHECK(decision.action == Action::wait);
      CHECK(decision.wait == row.waited);
    } else {
      CHECK(decision.action == Action::advance);
      CHECK(decision.step == NextStep::next_gateway);
    }
  }
}

TEST_CASE("a gateway that says \"soon\" and means \"never\" is left in the end")
{
  int waits = 0;
  while (k_usual.decide(rate_limit(1s), wait_budget(1h, waits)).action == Action::wait) {
    ++waits;
    REQUIRE(waits < 100);
  }
  CHECK(waits == 5);
  CHECK(k_usual.decide(rate_limit(1s), wait_budget(1h, waits)).step == NextStep::next_gateway);
}

TEST_CASE(
  "nobody waits without being told how long, for another class, or where the row is overridden")
{
  CHECK(k_usual.decide(Failure(Class::rate_limited, "x"), wait_budget(1h)).action
        == Action::advance);
  for (const auto& row : k_rows) {
    if (row.failure_class != Class::rate_limited) {
      auto failure = Failure(row.failure_class, "x");
      failure.retry_after = 1s;
      CHECK(k_usual.decide(failure, wait_budget(1h)).action == Action::advance);
    }
  }
  const auto overridden =
    Policy({{Class::rate_limited, NextStep::next_provider}}, DuplicateCharge::refused)
      .decide(rate_limit(1s), wait_budget(1h));
  CHECK(overridden.action == Action::advance);
  CHECK(overridden.step == NextStep::next_provider);
}

TEST_CASE("a parameter is dropped once, then the job stops")
{
  Circumstances circumstances;
  circumstances.parameter_can_be_dropped = true;
  CHECK(decide(Class::parameter, {}, DuplicateCharge::refused, circumstances).action
        == Action::drop_parameter);
  circumstances.parameter_can_be_dropped = false;
  const auto second = decide(Class::parameter, {}, DuplicateCharge::refused, circumstances);
  CHECK(second.action == Action::advance);
  CHECK(second.step == NextStep::stop);
}

TEST_CASE("only a refused parameter is dropped, and none where the row is overridden")
{
  Circumstances circumstances;
  circumstances.parameter_can_be_dropped = true;
  for (const auto& row : k_rows) {
    if (row.failure_class != Class::parameter) {
      CAPTURE(to_string(row.failure_class));
      CHECK(decide(row.failure_class, {}, DuplicateCharge::refused, circumstances).action
            == Action::advance);
    }
  }
  const auto overridden = decide(Class::parameter, {{Class::parameter, NextStep::next_gateway}},
                                 DuplicateCharge::refused, circumstances);
  CHECK(overridden.action == Action::advance);
  CHECK(overridden.step == NextStep::next_gateway);
}

TEST_CASE("a retry that was asked for happens once")
{
  Circumstances circumstances;
  const std::map<Class, NextStep> overrides{{Class::server, NextStep::retry}};
  CHECK(decide(Class::server, overrides, DuplicateCharge::refused, circumstances).step
        == NextStep::retry);
  circumstances.retries = 1;
  CHECK(decide(Class::server, overrides, DuplicateCharge::refused, circumstances).step
        == NextStep::next_provider);
}

TEST_CASE("what may have cost money")
{
  for (const auto& row : k_rows) {
    CAPTURE(to_string(row.failure_class));
    CHECK(may_have_cost(row.failure_class)
          == is_one_of(row.failure_class,
                       {Class::content, Class::outcome_unknown, Class::no_image, Class::bad_image,
                        Class::cancelled, Class::not_saved, Class::internal}));
  }
}

TEST_CASE("without an allowed second charge nothing that may have cost money goes on, whatever is "
          "overridden")
{
  Circumstances sent;
  sent.billable_was_sent = true;
  sent.parameter_can_be_dropped = true;
  sent.wait_left = 1h;
  for (const auto& row : k_rows) {
    for (const auto step : k_steps) {
      CAPTURE(to_string(row.failure_class));
      auto failure = Failure(row.failure_class, "x");
      failure.retry_after = 1s;
      const auto decision =
        Policy({{row.failure_class, step}}, DuplicateCharge::refused).decide(failure, sent);
      if (may_have_cost(row.failure_class)) {
        CHECK(decision.action == Action::advance);
        CHECK(decision.step == NextStep::stop);
      }
    }
  }
}
