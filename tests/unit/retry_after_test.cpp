#include "failure/classify.hpp"

#include <doctest/doctest.h>

#include <string>

using limn::Pairs;
using limn::retry_after;
using namespace std::chrono_literals;

namespace {

using Wait = std::optional<std::chrono::milliseconds>;

// Sun, 22 Nov 2026 12:00:00 GMT
constexpr std::chrono::system_clock::time_point k_now =
  std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

Wait wait_of(int status, std::string_view body, const Pairs& headers = {})
{
  return limn::classify({status, &headers, body}, {}, k_now)->retry_after;
}

} // namespace

TEST_CASE("the wait comes from the most exact source and only where waiting helps")
{
  constexpr std::string_view message =
    R"~({"error":{"message":"Please try again in 2.4s.","code":"rate_limit_exceeded"}})~";
  CHECK(wait_of(429, message) == 2400ms);
  CHECK(wait_of(429, message, {{"retry-after", "7"}}) == 7s);
  CHECK(wait_of(429, message, {{"retry-after", "7"}, {"retry-after-ms", "150"}}) == 150ms);
  CHECK(wait_of(429, message, {{"reset_at", "2026-11-22 12:00:09 UTC"}}) == 2400ms);
  CHECK(wait_of(503, "", {{"retry-after", "30"}}) == 30s);
  CHECK_FALSE(wait_of(402, "", {{"retry-after", "30"}}));
  CHECK_FALSE(wait_of(429, R"~({"error":{"message":"busy"}})~"));
}

TEST_CASE("a gateway that says not to come back is not waited for")
{
  CHECK_FALSE(wait_of(429, "", {{"x-should-retry", "false"}, {"retry-after", "7"}}));
  CHECK_FALSE(wait_of(429, "try again in 3s", {{"x-should-retry", "False"}}));
  CHECK(wait_of(429, "", {{"x-should-retry", "true"}, {"retry-after", "7"}}) == 7s);
  CHECK_FALSE(wait_of(429, "", {{"x-should-retry", "true"}}));
}

TEST_CASE("retry_after reads every documented form")
{
  struct Form {
    std::string_view header;
    std::string_view message;
    std::optional<std::chrono::milliseconds> wait;
  };
  const Form forms[] = {
    {"5", "", 5s},
    {" 5 ", "", 5s},
    {"1.5", "", 1500ms},
    {"0", "", 0ms},
    {"99999999999", "", std::chrono::days(30)},
    {"Sun, 22 Nov 2026 12:01:00 GMT", "", 60s},
    {"Sunday, 22-Nov-26 12:01:00 GMT", "", 60s},
    {"Sun Nov 22 12:01:00 2026", "", 60s},
    {"Sun, 22 Nov 2020 12:01:00 GMT", "", 0ms},
    {"Fri, 31 Dec 9999 23:59:59 GMT", "", std::chrono::days(30)},
    {"Sun, 42 Nov 2026 12:01:00 GMT", "", {}},
    {"soon", "", {}},
    {"-5", "", {}},
    {"soon", "try again in 15ms", 15ms},
    {"", "Please try again in 1m12s.", 72s},
    {"", "Please Try Again In 6m0s.", 6min},
    {"", "try again in 1h2m3.5s", 3723500ms},
    {"", "Please retry after 59 seconds.", 59s},
    {"", "Please retry in 34.07s.", 34070ms},
    {"", "Try again in 60 seconds. Passed model=x", 60s},
    {"", "try again in 2 minutes", 2min},
    {"", "请在 20 秒后重试", 20s},
    {"", "请 20 秒后再试", 20s},
    {"", "Please wait 7 seconds before trying again", 7s},
    {"", "Please try again after 45s", 45s},
    {"", "try again in 5 strange ways", {}},
    {"", "try again in a minute, or try again in 3s", 3s},
    {"", "try again in 5", {}},
    {"", "try again in ", {}},
  };
  for (const auto& form : forms) {
    CAPTURE(std::string(form.header));
    CAPTURE(std::string(form.message));
    Pairs headers;
    if (!form.header.empty()) {
      headers.emplace_back("retry-after", form.header);
    }
    CHECK(retry_after(headers, form.message, k_now) == form.wait);
  }
}

TEST_CASE("reset_at is a moment in UTC")
{
  const auto at = [](std::string value) {
    return retry_after({{"reset_at", std::move(value)}}, "", k_now);
  };
  CHECK(at("2026-11-22 12:00:18 UTC") == 18s);
  CHECK(at("2026-11-22T12:01:00Z") == 60s);
  CHECK(at("2026-11-22T12:01:00.250000+00:00") == 60s);
  CHECK(at("2026-11-22 11:00:00") == 0ms);
  CHECK(at("9999-12-31 23:59:59") == std::chrono::days(30));
  CHECK_FALSE(at("2026-13-22 12:00:18"));
  CHECK_FALSE(at("2026-11-22"));
  CHECK_FALSE(at("soon"));
}

TEST_CASE("a budget's reset counts only if nothing of it remains, and the last to reset decides")
{
  const Pairs headers{
    {"x-ratelimit-limit-requests", "60"},      {"x-ratelimit-remaining-requests", "0"},
    {"x-ratelimit-reset-requests", "240ms"},   {"x-ratelimit-remaining-input-images", "0"},
    {"x-ratelimit-reset-input-images", "12s"}, {"x-ratelimit-remaining-tokens", "7"},
    {"x-ratelimit-reset-tokens", "1m0s"}};
  CHECK(retry_after(headers, "", k_now) == 12s);
  CHECK(retry_after(headers, "try again in 1s", k_now) == 1s);
  CHECK_FALSE(retry_after({{"x-ratelimit-reset-requests", "12s"}}, "", k_now));
  CHECK_FALSE(retry_after(
    {{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "later"}}, "", k_now));
}
