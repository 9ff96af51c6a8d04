#pragma once

#include "settings/settings.hpp"
#include "settings/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A setting of its own, one that is not part of a gateway, a component or a failure class.
struct Rule {
  enum class Where { both_files, limn_yaml_only };
  enum class Shape { text, list }; // how the command line's words for it are to be read

  std::string_view key; // "output.directory", or "timeout"
  Where where;
  Shape shape;
  Done (*read)(const Value& value, Settings& settings);
  std::string (*show)(const Settings& settings); // as YAML, on one line; `read` takes it back
};

// "auto", "always", "never".
std::optional<ShowPictures> show_pictures_from(std::string_view text);
std::string_view to_string(ShowPictures show);

// In the order in which they are listed.
std::span<const Rule> rules();

// Null if there is none.
const Rule* find_rule(std::string_view key);

// What follows "SECTION." in the keys of the rules: "fallback" -> sizes, wait, ...; of "", the keys
// without a section.
std::vector<std::string_view> rule_names(std::string_view section);

} // namespace limn
