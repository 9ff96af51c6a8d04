#include "base/duration.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

namespace limn {

namespace {

constexpr std::array<std::pair<std::string_view, double>, 5> k_units{{
  {"", 1'000},
  {"ms", 1},
  {"s", 1'000},
  {"m", 60'000},
  {"h", 3'600'000},
}};

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
  const auto* end = text.data() + text.size();
  double number = 0;
  // Fixed notation only: it refuses "1e3", and the two words for no number begin with no digit.
  if (text.empty() || text.front() < '0' || text.front() > '9') {
    return std::nullopt;
  }
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) {
    return std::nullopt;
  }
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  for (const auto& [name, milliseconds] : k_units) {
    if (unit != name) {
      continue;
    }
    const double total = std::round(number * milliseconds);
    if (!(total <= static_cast<double>(k_longest_duration.count()))) {
      return std::nullopt;
    }
    return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(total));
  }
  return std::nullopt;
}

std::string to_string(std::chrono::milliseconds duration)
{
  if (duration.count() % 1'000 == 0) {
    return std::to_string(duration.count() / 1'000) + "s";
  }
  return std::to_string(duration.count()) + "ms";
}

} // namespace limn
