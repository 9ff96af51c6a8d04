#include "base/duration.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace limn {

namespace {

// In milliseconds. Exactly so written: "M" might as well be a month.
struct Unit {
  double milliseconds;
  std::array<std::string_view, 5> names;
};

constexpr std::array<Unit, 6> k_units{{
  {604'800'000, {"w", "week", "weeks"}},
  {86'400'000, {"d", "day", "days"}},
  {3'600'000, {"h", "hr", "hrs", "hour", "hours"}},
  {60'000, {"m", "min", "mins", "minute", "minutes"}},
  {1'000, {"s", "sec", "secs", "second", "seconds"}},
  {1, {"ms"}},
}};

// Of k_units, or their number for none of them.
std::size_t unit_of(std::string_view name)
{
  const auto found = std::find_if(k_units.begin(), k_units.end(), [=](const Unit& unit) {
    return !name.empty()
           && std::find(unit.names.begin(), unit.names.end(), name) != unit.names.end();
  });
  return static_cast<std::size_t>(found - k_units.begin());
}

// The first number of `text`, which is taken off it. Fixed notation only: "1e3" has a unit that
// nobody knows, and the two words for no number begin with no digit.
std::optional<double> take_number(std::string_view& text)
{
  if (text.empty() || text.front() < '0' || text.front() > '9') {
    return std::nullopt;
  }
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc()) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

std::string_view take_letters(std::string_view& text)
{
  const auto end = std::min(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"), text.size());
  const auto letters = text.substr(0, end);
  text.remove_prefix(end);
  return letters;
}

enum class PlainNumber { seconds, refused };

std::optional<std::chrono::milliseconds> parse(std::string_view text, PlainNumber plain,
                                               std::chrono::milliseconds longest)
{
  double total = 0;
  std::size_t next_unit = 0; // that may follow
  text = trimmed(text);
  if (text.empty()) {
    return std::nullopt;
  }
  for (bool first = true; !text.empty(); first = false, text = trimmed(text)) {
    const auto number = take_number(text);
    if (!number) {
      return std::nullopt;
    }
    if (text.empty() && first && plain == PlainNumber::seconds) {
      total = *number * 1'000;
      break;
    }
    text = trimmed(text);
    const auto unit = unit_of(take_letters(text));
    if (unit >= k_units.size() || unit < next_unit) {
      return std::nullopt;
    }
    total += *number * k_units[unit].milliseconds;
    next_unit = unit + 1;
  }
  total = std::round(total);
  if (!(total <= static_cast<double>(longest.count()))) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(static_cast<std::chrono::milliseconds::rep>(total));
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text)
{
  return parse(text, PlainNumber::seconds, k_longest_duration);
}

std::optional<std::chrono::milliseconds> parse_span(std::string_view text)
{
  return parse(text, PlainNumber::refused, k_longest_span);
}

std::string to_string(std::chrono::milliseconds duration)
{
  if (duration.count() % 1'000 == 0) {
    return std::to_string(duration.count() / 1'000) + "s";
  }
  return std::to_string(duration.count()) + "ms";
}

} // namespace limn
