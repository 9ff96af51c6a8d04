#include "base/ascii.hpp"
#include "base/terminal_text.hpp"
#include "failure/classify.hpp"
#include "failure/rate_hints.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>

namespace limn {

namespace {

using std::chrono::milliseconds;

// Longer than anyone waits, and far from any overflow.
constexpr milliseconds k_longest = std::chrono::days(30);

const std::string* find_header(const Pairs& headers, std::string_view name)
{
  const auto header = std::find_if(headers.begin(), headers.end(),
                                   [name](const auto& pair) { return pair.first == name; });
  return header == headers.end() ? nullptr : &header->second;
}

void skip_blanks(std::string_view& text)
{
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

// Takes a plain decimal number off the front of `text`.
std::optional<double> take_number(std::string_view& text)
{
  constexpr std::string_view k_digits = "0123456789";
  auto end = std::min(text.find_first_not_of(k_digits), text.size());
  if (end == 0 || end > 15) {
    return std::nullopt;
  }
  // The point that ends a sentence is none of a number.
  if (const auto behind = text.substr(end); behind.starts_with('.')) {
    const auto decimals = std::min(behind.find_first_not_of(k_digits, 1), behind.size()) - 1;
    end += decimals > 0 ? 1 + decimals : 0;
  }
  double value = 0;
  std::from_chars(text.data(), text.data() + end, value, std::chars_format::fixed);
  text.remove_prefix(end);
  return value;
}

milliseconds to_milliseconds(double value)
{
  return value >= static_cast<double>(k_longest.count()) ? k_longest
                                                         : milliseconds(std::llround(value));
}

std::optional<milliseconds> whole_number(std::string_view text, double unit)
{
  skip_blanks(text);
  const auto value = take_number(text);
  skip_blanks(text);
  if (!value || !text.empty()) {
    return std::nullopt;
  }
  return to_milliseconds(*value * unit);
}

std::optional<std::chrono::sys_seconds> moment(std::chrono::year_month_day date, int hour,
                                               int minute, int second)
{
  if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0
      || second > 60) {
    return std::nullopt;
  }
  return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute)
         + std::chrono::seconds(second);
}

// The three date forms of HTTP: "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
// "Sun Nov  6 08:49:37 1994".
std::optional<std::chrono::sys_seconds> http_date(const std::string& text)
{
  int day = 0;
  int year = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::array<char, 4> name{};
  // The widths keep every number in range, and the count tells whether all were there.
  // NOLINTBEGIN(cert-err34-c)
  const bool read = std::sscanf(text.c_str(), "%*[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d", &day,
                                name.data(), &year, &hour, &minute, &second)
                      == 6
                    || std::sscanf(text.c_str(), "%*[A-Za-z], %2d-%3[A-Za-z]-%4d %2d:%2d:%2d", &day,
                                   name.data(), &year, &hour, &minute, &second)
                         == 6
                    || std::sscanf(text.c_str(), "%*[A-Za-z] %3[A-Za-z] %2d %2d:%2d:%2d %4d",
                                   name.data(), &day, &hour, &minute, &second, &year)
                         == 6;
  // NOLINTEND(cert-err34-c)
  constexpr std::string_view months = "janfebmaraprmayjunjulaugsepoctnovdec";
  const auto month = months.find(ascii_lower(std::string_view(name.data())));
  if (!read || month == std::string_view::npos || month % 3 != 0) {
    return std::nullopt;
  }
  if (year < 100) {
    year += year < 70 ? 2000 : 1900;
  }
  return moment({std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                 std::chrono::day(static_cast<unsigned>(day))},
                hour, minute, second);
}

// LiteLLM's `reset_at`: "2026-08-27 00:15:18 UTC"; a T in between and a Z behind are as good.
std::optional<std::chrono::sys_seconds> timestamp(const std::string& text)
{
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  // NOLINTNEXTLINE(cert-err34-c)
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%*[ T]%2d:%2d:%2d", &year, &month, &day, &hour, &minute,
                  &second)
      != 6) {
    return std::nullopt;
  }
  return moment({std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                 std::chrono::day(static_cast<unsigned>(day))},
                hour, minute, second);
}

milliseconds until(std::chrono::sys_seconds then, std::chrono::system_clock::time_point now)
{
  const milliseconds wait = then - std::chrono::floor<milliseconds>(now);
  return std::clamp(wait, milliseconds(0), k_longest);
}

// The moment that a number is if it is no duration any more: Unix time, in seconds or milliseconds.
std::optional<milliseconds> until_unix_time(std::string_view text,
                                            std::chrono::system_clock::time_point now)
{
  constexpr double k_first_moment = 1e9; // 2001, and no wait of thirty years
  constexpr double k_first_in_milliseconds = 1e12;
  skip_blanks(text);
  auto number = take_number(text);
  skip_blanks(text);
  if (!number || !text.empty() || *number < k_first_moment) {
    return std::nullopt;
  }
  if (*number < k_first_in_milliseconds) {
    *number *= 1000;
  }
  const auto wait =
    *number - static_cast<double>(std::chrono::floor<milliseconds>(now).time_since_epoch().count());
  return to_milliseconds(std::max(wait, 0.0));
}

struct TimeUnit {
  std::string_view name;
  double milliseconds;
};
constexpr std::array<TimeUnit, 16> k_units{{{"milliseconds", 1},
                                            {"ms", 1},
                                            {"seconds", 1e3},
                                            {"second", 1e3},
                                            {"secs", 1e3},
                                            {"sec", 1e3},
                                            {"s", 1e3},
                                            {"minutes", 6e4},
                                            {"minute", 6e4},
                                            {"mins", 6e4},
                                            {"min", 6e4},
                                            {"m", 6e4},
                                            {"hours", 36e5},
                                            {"hour", 36e5},
                                            {"h", 36e5},
                                            {"秒", 1e3}}};

} // namespace

std::optional<milliseconds> leading_duration(std::string_view text)
{
  std::optional<double> total;
  for (;;) {
    skip_blanks(text);
    const auto value = take_number(text);
    if (!value) {
      break;
    }
    skip_blanks(text);
    const auto unit = std::find_if(k_units.begin(), k_units.end(),
                                   [text](const TimeUnit& u) { return text.starts_with(u.name); });
    if (unit == k_units.end()) {
      break;
    }
    text.remove_prefix(unit->name.size());
    if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') {
      break; // the unit's letters begin another word
    }
    total = total.value_or(0) + *value * unit->milliseconds;
  }
  return total ? std::optional(to_milliseconds(*total)) : std::nullopt;
}

namespace {

std::optional<milliseconds> told_in_words(std::string_view message)
{
  const auto text = ascii_lower(message);
  for (const std::string_view phrase : {"try again in ", "retry in ", "retry after ",
                                        "try again after ", "please wait ", "请在", "请"}) {
    for (auto at = text.find(phrase); at != std::string::npos; at = text.find(phrase, at + 1)) {
      if (const auto wait = leading_duration(std::string_view(text).substr(at + phrase.size()))) {
        return wait;
      }
    }
  }
  return std::nullopt;
}

std::optional<milliseconds> until_reset(const std::string& value,
                                        std::chrono::system_clock::time_point now)
{
  if (const auto wait = until_unix_time(value, now)) {
    return wait;
  }
  if (const auto date = timestamp(value)) {
    return until(*date, now);
  }
  return leading_duration(ascii_lower(value));
}

// The longest of the budgets of which nothing is left: "x-ratelimit-remaining-requests: 0" and
// "x-ratelimit-reset-requests: 1m12s".
std::optional<milliseconds> until_budgets_reset(const Pairs& headers,
                                                std::chrono::system_clock::time_point now)
{
  // Without a name behind it the budget is of the only kind there is; some tell no more than this.
  for (const std::string_view name :
       {"x-ratelimit-reset", "ratelimit-reset", "x-rate-limit-reset"}) {
    const auto* left =
      find_header(headers, std::string(name.substr(0, name.size() - 5)).append("remaining"));
    const auto* value = left == nullptr || *left == "0" ? find_header(headers, name) : nullptr;
    if (value == nullptr) {
      continue;
    }
    if (const auto wait = until_reset(*value, now)) {
      return wait;
    }
    if (const auto wait = whole_number(*value, 1e3)) {
      return wait;
    }
  }
  constexpr std::string_view prefix = "x-ratelimit-reset-";
  std::optional<milliseconds> longest;
  for (const auto& [name, value] : headers) {
    if (!name.starts_with(prefix)) {
      continue;
    }
    const auto* left = find_header(headers, "x-ratelimit-remaining-" + name.substr(prefix.size()));
    const auto wait = until_reset(value, now);
    if (left != nullptr && *left == "0" && wait && (!longest || *wait > *longest)) {
      longest = wait;
    }
  }
  return longest;
}

} // namespace

std::optional<milliseconds> retry_after(const Pairs& headers, std::string_view message,
                                        std::chrono::system_clock::time_point now,
                                        std::string_view told_delay)
{
  if (const auto* value = find_header(headers, "x-should-retry");
      value != nullptr && equal_ignoring_case(*value, "false")) {
    return std::nullopt;
  }
  if (const auto* value = find_header(headers, "retry-after-ms")) {
    if (const auto wait = whole_number(*value, 1)) {
      return wait;
    }
  }
  if (const auto* value = find_header(headers, "retry-after")) {
    if (const auto wait = until_unix_time(*value, now)) {
      return wait;
    }
    if (const auto wait = whole_number(*value, 1e3)) {
      return wait;
    }
    const auto http = http_date(*value);
    if (const auto date = http ? http : timestamp(*value)) {
      return until(*date, now);
    }
  }
  if (const auto* value = find_header(headers, "x-ratelimit-reset-after")) { // seconds
    if (const auto wait = whole_number(*value, 1e3)) {
      return wait;
    }
  }
  if (const auto wait = told_in_words(message)) {
    return wait;
  }
  if (const auto wait = leading_duration(told_delay)) {
    return wait;
  }
  if (const auto* value = find_header(headers, "reset_at")) {
    if (const auto wait = until_reset(*value, now)) {
      return wait;
    }
  }
  return until_budgets_reset(headers, now);
}

std::string request_id(const Pairs& headers)
{
  for (const auto* name : {"x-request-id", "x-oneapi-request-id", "x-litellm-call-id", "cf-ray"}) {
    if (const auto* value = find_header(headers, name); value != nullptr && !value->empty()) {
      return shortened(terminal_safe(*value), 200);
    }
  }
  return {};
}

} // namespace limn
