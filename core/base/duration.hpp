#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

inline constexpr std::chrono::milliseconds k_longest_duration = std::chrono::hours(24);

// The longest that `parse_span` takes: a hundred years, so that sums of a few stay in range.
inline constexpr std::chrono::milliseconds k_longest_span = std::chrono::hours(24 * 365 * 100);

// "600s", "10m", "1h30m", "2 min", "500ms", "1.5h", "1 day"; a plain number is seconds. Units go
// from the largest down, each once; blanks around numbers and units are nothing. Nothing for
// anything else, below zero, or above `k_longest_duration`. Rounded to milliseconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// How far back something lies: the same up to `k_longest_span`, as in "30d" and "2w", but for a
// number without a unit: nobody means seconds there.
std::optional<std::chrono::milliseconds> parse_span(std::string_view text);

// "600s", or "1500ms" where it is not whole seconds; `parse_duration` reads it back.
std::string to_string(std::chrono::milliseconds duration);

} // namespace limn
