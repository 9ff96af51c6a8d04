#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::config_yaml {

// The members of a mapping in order, those of merge keys (<<) behind its own. Empty for anything
// else.
std::vector<std::pair<std::string, YAML::Node>> members(const YAML::Node& node);

// The member of that name, merge keys included; an undefined node if there is none.
YAML::Node member(const YAML::Node& node, std::string_view name);

// The scalar without blanks around it; empty for null and for anything that is no scalar.
std::string text_of(const YAML::Node& node);

// The text of the first of these members that has one.
std::string first_text(const YAML::Node& node, std::initializer_list<std::string_view> names);

} // namespace limn::config_yaml
