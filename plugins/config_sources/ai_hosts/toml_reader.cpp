#include "config_sources/ai_hosts/toml_reader.hpp"

#include "config_sources/common/file_reading.hpp"

// The only place with toml++.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace limn::ai_hosts {

namespace {

// toml++ goes no deeper than 256.
YAML::Node tree_of(const toml::node& node)
{
  if (const auto* table = node.as_table()) {
    // Gateways come in the order of the file; a table of toml++ is sorted by name.
    std::vector<std::pair<const toml::key*, const toml::node*>> members;
    for (const auto& [name, value] : *table) {
      members.emplace_back(&name, &value);
    }
    std::ranges::stable_sort(members, [](const auto& one, const auto& other) {
      return one.first->source().begin < other.first->source().begin;
    });
    YAML::Node tree(YAML::NodeType::Map);
    for (const auto& [name, value] : members) {
      tree.force_insert(std::string(name->str()), tree_of(*value));
    }
    return tree;
  }
  if (const auto* list = node.as_array()) {
    YAML::Node tree(YAML::NodeType::Sequence);
    for (const auto& element : *list) {
      tree.push_back(tree_of(element));
    }
    return tree;
  }
  if (const auto* text = node.as_string()) {
    return YAML::Node(text->get());
  }
  if (const auto* flag = node.as_boolean()) {
    return YAML::Node(flag->get() ? "true" : "false");
  }
  if (const auto* number = node.as_integer()) {
    return YAML::Node(std::to_string(number->get()));
  }
  return YAML::Node(YAML::NodeType::Null); // nothing that says where a gateway is
}

} // namespace

YAML::Node parse_toml(std::string_view content)
{
  const auto result = toml::parse(content);
  if (!result) {
    // What toml++ says may quote the text, which may be a key.
    const auto& where = result.error().source().begin;
    throw host_files::ParseFault{"it is no TOML that can be read", static_cast<int>(where.line),
                                 static_cast<int>(where.column)};
  }
  return tree_of(result.table());
}

} // namespace limn::ai_hosts
