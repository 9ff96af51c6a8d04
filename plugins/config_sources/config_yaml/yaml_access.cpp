#include "config_sources/config_yaml/yaml_access.hpp"

#include <algorithm>

namespace limn::config_yaml {

namespace {

using Members = std::vector<std::pair<std::string, YAML::Node>>;

// Merge keys can be chained, and with an alias to themselves even in a circle.
constexpr int k_max_merged_mappings = 64;

void add_members(const YAML::Node& node, Members& result, int& budget)
{
  if (!node.IsDefined() || !node.IsMap() || --budget < 0) {
    return;
  }
  std::vector<YAML::Node> merged;
  for (const auto& item : node) {
    if (!item.first.IsScalar()) {
      continue;
    }
    const auto& name = item.first.Scalar();
    if (name == "<<") {
      merged.push_back(item.second);
      continue;
    }
    const bool known = std::any_of(result.begin(), result.end(),
                                   [&](const auto& other) { return other.first == name; });
    if (!known) {
      result.emplace_back(name, item.second);
    }
  }
  for (const auto& other : merged) {
    if (!other.IsSequence()) {
      add_members(other, result, budget);
      continue;
    }
    for (const auto& element : other) {
      add_members(element, result, budget);
    }
  }
}

} // namespace

Members members(const YAML::Node& node)
{
  Members result;
  int budget = k_max_merged_mappings;
  add_members(node, result, budget);
  return result;
}

YAML::Node member(const YAML::Node& node, std::string_view name)
{
  for (const auto& [key, value] : members(node)) {
    if (key == name) {
      return value;
    }
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

std::string text_of(const YAML::Node& node)
{
  if (!node.IsDefined() || !node.IsScalar()) {
    return {};
  }
  constexpr std::string_view blanks = " \t\r\n";
  const std::string& text = node.Scalar();
  const auto begin = text.find_first_not_of(blanks);
  if (begin == std::string::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

std::string first_text(const YAML::Node& node, std::initializer_list<std::string_view> names)
{
  for (const auto name : names) {
    if (auto text = text_of(member(node, name)); !text.empty()) {
      return text;
    }
  }
  return {};
}

} // namespace limn::config_yaml
