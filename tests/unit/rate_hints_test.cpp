#include "failure/rate_hints.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("a limit of images is read from headers and words, and no other limit is taken for one")
{
  struct Row {
    limn::Pairs headers;
    std::string_view message;
    std::optional<int> images_per_minute;
  };
  const Row rows[] = {
    {{},
     "Rate limit reached for gpt-image-2 (for limit gpt-image) in organization org-x on "
     "input-images per min: Limit 5, Used 5, Requested 1. Please try again in 2.4s.",
     5},
    {{}, "on images per min (IPM): limit 250, used 250, requested 1", 250},
    {{}, "on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000", std::nullopt},
    {{}, "on requests per min: Limit 60, Used 60, Requested 1", std::nullopt},
    {{}, "images per min: Limit 0", std::nullopt},
    {{}, "images per min: Limit -5", std::nullopt},
    {{}, "images per min: Limit 99999999999", std::nullopt},
    {{}, "images per min: Limit ", std::nullopt},
    {{}, "", std::nullopt},
    {{{"x-ratelimit-limit-input-images", "20"}}, "", 20},
    {{{"x-ratelimit-limit-input-images", "soon"}}, "", std::nullopt},
    {{{"x-ratelimit-limit-requests", "60"}}, "", std::nullopt},
    {{{"x-ratelimit-limit-input-images", "20"}}, "input-images per min: Limit 5", 5},
  };
  for (const auto& row : rows) {
    CAPTURE(row.message);
    CHECK(limn::rate_hints(row.headers, row.message).images_per_minute == row.images_per_minute);
  }
}

TEST_CASE("a budget of which nothing is left closes the gateway until it is whole again")
{
  const auto closed = [](const limn::Pairs& headers) {
    return limn::rate_hints(headers, {}).closed_for;
  };
  CHECK(closed({{"x-ratelimit-remaining-input-images", "0"},
                {"x-ratelimit-reset-input-images", "240ms"}})
        == 240ms);
  CHECK(closed({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "1m12s"}})
        == 72s);
  CHECK(closed({{"x-ratelimit-remaining-requests", "0"},
                {"x-ratelimit-reset-requests", "12s"},
                {"x-ratelimit-remaining-input-images", "0"},
                {"x-ratelimit-reset-input-images", "1s"}})
        == 12s);
  CHECK_FALSE(
    closed({{"x-ratelimit-remaining-requests", "1"}, {"x-ratelimit-reset-requests", "12s"}}));
  CHECK_FALSE(closed({{"x-ratelimit-remaining-tokens", "0"}, {"x-ratelimit-reset-tokens", "12s"}}));
  CHECK_FALSE(closed({{"x-ratelimit-remaining-requests", "0"}}));
  CHECK_FALSE(
    closed({{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "soon"}}));
}
