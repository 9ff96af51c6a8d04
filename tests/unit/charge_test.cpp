#include "fallback/charge.hpp"

#include <doctest/doctest.h>

namespace limn {

using namespace std::chrono_literals;
using enum FailureClass;

namespace {

constexpr Charge::Clock::time_point k_sent{1h};

Charge sent()
{
  Charge charge(10s);
  charge.billable_was_sent(k_sent);
  return charge;
}

bool may_have_drawn(const Charge& charge, FailureClass failure_class,
                    std::chrono::milliseconds after = 1s)
{
  return !charge.sign_of_drawing(failure_class, k_sent + after).empty();
}

} // namespace

TEST_CASE("nothing was drawn where no billable request was sent")
{
  const Charge charge(10s);
  for (const auto failure_class : {server, internal, unreachable, billing, outcome_unknown}) {
    CHECK(!may_have_drawn(charge, failure_class, 1h));
  }
}

TEST_CASE("a refusal at once is a refusal")
{
  for (const auto failure_class : {billing, auth, access, model, endpoint, size, parameter,
                                   invalid_request, rate_limited, server}) {
    CHECK(!may_have_drawn(sent(), failure_class));
  }
}

TEST_CASE("only a server error is doubted for being late")
{
  CHECK(!may_have_drawn(sent(), server, 10s));
  CHECK(may_have_drawn(sent(), server, 10'001ms));
  for (const auto failure_class : {billing, auth, model, endpoint, size, rate_limited}) {
    CHECK(!may_have_drawn(sent(), failure_class, 1h));
  }
  CHECK(sent().sign_of_drawing(server, k_sent + 90s).find("90 s") != std::string::npos);
}

TEST_CASE("behind a partial image every class is doubted that does not tell the outcome itself")
{
  auto charge = sent();
  charge.partial_came();
  for (const auto failure_class :
       {billing, auth, access, model, endpoint, size, parameter, rate_limited, server, internal}) {
    CHECK(may_have_drawn(charge, failure_class));
  }
  for (const auto failure_class :
       {content, outcome_unknown, no_image, bad_image, cancelled, not_saved}) {
    CHECK(!may_have_drawn(charge, failure_class));
  }
}

TEST_CASE("once a gateway has accepted, only a refusal of the job itself is believed")
{
  auto charge = sent();
  charge.billable_was_accepted();
  for (const auto failure_class : {rate_limited, server, unreachable, tls, settings, endpoint, auth,
                                   access, model, internal}) {
    CHECK(may_have_drawn(charge, failure_class));
  }
  for (const auto failure_class : {billing, size, parameter, invalid_request, content}) {
    CHECK(!may_have_drawn(charge, failure_class));
  }
}

} // namespace limn
