#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace limn {

// `-o "$UNSET"` is a mistake, not a wish for the default.
inline const CLI::Validator k_not_empty(
  [](const std::string& text) {
    return text.empty() ? std::string("the name is empty") : std::string();
  },
  "");

} // namespace limn
