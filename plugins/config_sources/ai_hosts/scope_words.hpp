#pragma once

#include "config_sources/ai_hosts/host_rows.hpp"
#include "config_sources/common/references.hpp"
#include "config_sources/common/yaml_access.hpp"

#include <yaml-cpp/yaml.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::ai_hosts {

// The words of host_rows.hpp, and what they mean of the members of a scope.

std::vector<std::string_view> parts(std::string_view text, char separator);

bool is_one_of(std::string_view text, std::string_view words); // words: "a|b"

// What "a.b" leads to.
YAML::Node node_at(const host_files::Members& scope, std::string_view path);

struct Named {
  std::string text;
  std::string_view member; // the one that has it, else the first
};

// The first of "a|b.c" that has a text.
Named text_at(const host_files::Members& scope, std::string_view names);

// Whether a condition such as "type=openai|local" holds; an empty one does.
bool holds(const host_files::Members& scope, std::string_view condition);

// Whether something stands there: no null, no empty text.
bool is_set(const YAML::Node& node);

// NAME_API_KEY, as a host makes it of a gateway's name; empty for `none`.
std::string variable_of(VariableOfName kind, std::string_view name);

// `path` of a HostFile with what the variables hold; nothing where none of it can be.
std::optional<std::string> place_of(std::string_view path, const host_files::Lookup& variable);

} // namespace limn::ai_hosts
