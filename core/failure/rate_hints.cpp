#include "failure/rate_hints.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace limn {

namespace {

// Above this a number is no limit that anyone has to be held to.
constexpr int k_most = 10'000;

constexpr std::array<std::string_view, 2> k_budgets{"requests", "input-images"};

std::string_view header(const Pairs& headers, std::string_view name)
{
  const auto found = std::find_if(headers.begin(), headers.end(),
                                  [name](const auto& pair) { return pair.first == name; });
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

// The number in front of `text`; nothing for one that is no sound limit.
std::optional<int> leading_limit(std::string_view text)
{
  int number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && number > 0 && number <= k_most ? std::optional(number)
                                                                : std::nullopt;
}

std::optional<int> limit_in_words(std::string_view message)
{
  const auto text = ascii_lower(message);
  const auto budget = text.find("images per min");
  constexpr std::string_view k_limit = "limit ";
  const auto limit = budget == std::string::npos ? budget : text.find(k_limit, budget);
  // Further away it is the limit of something else.
  if (limit == std::string::npos || limit - budget > 40) {
    return std::nullopt;
  }
  return leading_limit(std::string_view(text).substr(limit + k_limit.size()));
}

} // namespace

RateHints rate_hints(const Pairs& headers, std::string_view message)
{
  RateHints hints;
  hints.images_per_minute = limit_in_words(message);
  if (!hints.images_per_minute) {
    hints.images_per_minute = leading_limit(header(headers, "x-ratelimit-limit-input-images"));
  }
  for (const auto budget : k_budgets) {
    const auto left = header(headers, "x-ratelimit-remaining-" + std::string(budget));
    const auto reset =
      leading_duration(ascii_lower(header(headers, "x-ratelimit-reset-" + std::string(budget))));
    if (left == "0" && reset) {
      hints.closed_for = std::max(hints.closed_for.value_or(*reset), *reset);
    }
  }
  return hints;
}

} // namespace limn
