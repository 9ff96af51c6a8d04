#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

using TomlPath = std::vector<std::string>;

// `key = value`, with the place of its value.
struct TomlPair {
  TomlPath key; // dotted: several names
  std::size_t begin = 0;
  std::size_t value_begin = 0;
  std::size_t value_end = 0;
  std::size_t line_end = 0; // behind the end of its last line
};

// What stands below a header, up to the next one.
struct TomlTable {
  TomlPath name;             // none: what stands before the first header
  bool is_list_item = false; // [[name]]
  std::size_t begin = 0;     // of the header
  std::size_t line_end = 0;  // behind the header's line
  std::vector<TomlPair> pairs;
};

// The tables of a text of TOML (https://toml.io/en/v1.0.0) in their order, the first one always the
// one without a header. Where its structure ends is where this stops: values are known by their
// ends, and looked into as far as that takes; `check_toml_text` looks into the rest. Names of
// letters by their numbers ("\u0061") and very deep ones are refused. Failures are of class
// settings, "line 3: what", and quote nothing.
Result<std::vector<TomlTable>> read_toml_text(std::string_view text);

} // namespace limn
