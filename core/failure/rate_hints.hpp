#pragma once

#include "model/gateway.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace limn {

// What an answer tells of the rate that its gateway takes.
struct RateHints {
  std::optional<int> images_per_minute;
  // Nothing is left of a budget; it is whole again after this time.
  std::optional<std::chrono::milliseconds> closed_for;
};

// From `x-ratelimit-limit-input-images`, `x-ratelimit-remaining-*` and `x-ratelimit-reset-*` of the
// budgets requests and input-images (those of tokens say nothing of images), and from the words of
// a refusal: "Rate limit reached for gpt-image-2 ... on input-images per min: Limit 5, Used 5,
// Requested 1." Names of headers in lower case.
RateHints rate_hints(const Pairs& headers, std::string_view message);

// "2.4s", "1m12s", "59 seconds", "15ms" in front of `text`, in lower case.
std::optional<std::chrono::milliseconds> leading_duration(std::string_view text);

} // namespace limn
