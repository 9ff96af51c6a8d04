#include "engine/charge.hpp"

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
                    std::chrono::milliseconds after = 1s, int http_status = 400,
                    std::string_view message = "x")
{
  const Failure failure(failure_class, std::string(message));
  return !charge.sign_of_drawing(failure, http_status, k_sent + after).empty();
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
                                   invalid_request, rate_limited, server, unclear}) {
    CHECK(!may_have_drawn(sent(), failure_class));
  }
}

TEST_CASE(
  "an error in a stream that broke behind it is no refusal, unless it says what became of it")
{
  auto charge = sent();
  charge.was_cut_behind_error();
  for (const auto failure_class : {billing, auth, model, parameter, invalid_request, server}) {
    CHECK(may_have_drawn(charge, failure_class));
  }
  CHECK_FALSE(may_have_drawn(charge, content)); // nothing follows it in any case
}

TEST_CASE("what a broken gateway says late is doubted, and a refusal is not")
{
  CHECK(!may_have_drawn(sent(), server, 10s));
  CHECK(may_have_drawn(sent(), server, 10'001ms));
  for (const auto failure_class : {model, endpoint, rate_limited}) {
    CHECK(may_have_drawn(sent(), failure_class, 11s, 503));
    CHECK(!may_have_drawn(sent(), failure_class, 11s, 404));
    CHECK(!may_have_drawn(sent(), failure_class, 1s, 503));
  }
  for (const auto failure_class : {billing, auth, access, size, parameter}) {
    CHECK(!may_have_drawn(sent(), failure_class, 1h, 500));
  }
  CHECK(sent().sign_of_drawing({server, "x"}, 500, k_sent + 90s).find("90 s") != std::string::npos);
}

TEST_CASE("late, a refusal that nobody understands is doubted whatever its status")
{
  CHECK(!may_have_drawn(sent(), unclear, 10s, 400));
  CHECK(may_have_drawn(sent(), unclear, 11s, 400));
  CHECK(may_have_drawn(sent(), unclear, 11s, 422));
}

TEST_CASE("words that say that nothing was drawn are taken at their word at any time")
{
  CHECK(!may_have_drawn(sent(), model, 1h, 503, "No available channel for model x under group y"));
  CHECK(!may_have_drawn(sent(), rate_limited, 1h, 503, "Too many requests"));
  CHECK(!may_have_drawn(sent(), server, 1h, 503, "no healthy upstream"));
  CHECK(!may_have_drawn(sent(), server, 1h, 529, "Overloaded"));
  CHECK(!may_have_drawn(sent(), server, 1h, 500, "dial tcp 192.0.2.1:443: connect: refused"));
  CHECK(may_have_drawn(sent(), server, 1h, 500, "The server had an error"));
  // new-api: the first channel had it already, and none is left for another try.
  CHECK(may_have_drawn(sent(), model, 11s, 503, "分组 a 下模型 x 无可用渠道（retry）"));

  Failure coded(server, "busy");
  coded.code = "server_is_overloaded";
  CHECK(sent().sign_of_drawing(coded, 503, k_sent + 1h).empty());
  coded.code = "server_error";
  CHECK(!sent().sign_of_drawing(coded, 503, k_sent + 1h).empty());
}

TEST_CASE(
  "behind a picture of any kind every class is doubted that does not tell the outcome itself")
{
  auto charge = sent();
  charge.drawing_began();
  for (const auto failure_class :
       {billing, auth, access, model, endpoint, size, parameter, rate_limited, server, internal}) {
    CHECK(may_have_drawn(charge, failure_class));
  }
  for (const auto failure_class :
       {content, outcome_unknown, no_image, bad_image, cancelled, not_saved}) {
    CHECK(!may_have_drawn(charge, failure_class));
  }
}

TEST_CASE("once a gateway has accepted, nothing that would lead to another is believed")
{
  auto charge = sent();
  charge.billable_was_accepted();
  for (const auto failure_class : {rate_limited, server, unreachable, tls, settings, endpoint, auth,
                                   access, model, internal, billing, size, parameter, unclear}) {
    CHECK(may_have_drawn(charge, failure_class));
  }
  CHECK(!may_have_drawn(charge, content));
  CHECK(!may_have_drawn(charge, invalid_request));
}

} // namespace limn
