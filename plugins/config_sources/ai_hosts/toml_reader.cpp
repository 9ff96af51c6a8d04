#include "config_sources/ai_hosts/toml_reader.hpp"

#include "config_sources/common/file_reading.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace limn::ai_hosts {
namespace {

// Out of functions that promise to throw nothing it ends the process; those are not about the text.
[[noreturn]] void refuse_toml()
{
  throw host_files::ParseFault{"it is no TOML that can be read"};
}

} // namespace
} // namespace limn::ai_hosts

// The only place with toml++. Version 3.3 asserts what the text decides, such as that a key begins
// with a letter ("[=]"): here that is a fault of the text, in a build with NDEBUG, too.
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(expression)                                                                    \
  ((expression) ? static_cast<void>(0) : limn::ai_hosts::refuse_toml())
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

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
  try {
    return tree_of(toml::parse(content));
  } catch (const toml::parse_error& error) {
    // What toml++ says may quote the text, which may be a key.
    const auto& where = error.source().begin;
    throw host_files::ParseFault{"it is no TOML that can be read", static_cast<int>(where.line),
                                 static_cast<int>(where.column)};
  }
}

} // namespace limn::ai_hosts
