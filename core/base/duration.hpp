#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

inline constexpr std::chrono::milliseconds k_longest_duration = std::chrono::hours(24);

// "600s", "10m", "1h", "500ms", "1.5h"; a plain number is seconds. Nothing for anything else, below
// zero, or above `k_longest_duration`. Rounded to milliseconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// "600s", or "1500ms" where it is not whole seconds; `parse_duration` reads it back.
std::string to_string(std::chrono::milliseconds duration);

} // namespace limn
