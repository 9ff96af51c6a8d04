#pragma once

#include <optional>

namespace limn {

inline constexpr int k_usual_columns = 80;

// How many columns the terminal has that a descriptor is; nothing if it is none. Looked up each
// time: windows are resized.
std::optional<int> terminal_columns(int descriptor);

} // namespace limn
