#pragma once

#include "settings/value.hpp"

#include <chrono>
#include <string_view>

namespace limn {

// A duration of the command line, or of an item of a batch, read as limn.yaml reads one: "90s",
// "10m", "1h30m", "500ms", a plain number is seconds. FailureClass::usage, with the option's name.
Result<std::chrono::milliseconds> read_duration_text(std::string_view name, std::string_view text,
                                                     Zero zero);

} // namespace limn
