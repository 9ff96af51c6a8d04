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

// toml++ follows a dotted name, however long, by calling itself, and its time grows with the square
// of the length. So the text is looked at before: brackets and names together are not to be deep.
// What is no TOML may be misread here; toml++ then ends at the first place that is none.
class DepthCheck
{
public:
  explicit DepthCheck(std::string_view text) : m_rest(text) {}

  void check()
  {
    while (!m_rest.empty()) {
      const char c = m_rest.front();
      if (c == '"' || c == '\'') {
        skip_text(c);
        continue;
      }
      if (c == '#') {
        m_rest.remove_prefix(std::min(m_rest.find('\n'), m_rest.size()));
        continue;
      }
      take(c);
      m_rest.remove_prefix(1);
    }
  }

private:
  void take(char c)
  {
    if (c == '\n') {
      ++m_line;
    }
    if (c == '.') {
      ++m_dots;
    } else if (c == '[' || c == '{') {
      m_open.push_back(std::exchange(m_dots, 0));
      m_open_dots += m_open.back();
    } else if ((c == ']' || c == '}') && !m_open.empty()) {
      m_dots = m_open.back();
      m_open_dots -= m_open.back();
      m_open.pop_back();
    } else if (c == ',' || (c == '\n' && m_open.empty())) {
      m_dots = 0;
    }
    if (m_open.size() + m_open_dots + m_dots >= host_files::k_max_tree_depth) {
      throw host_files::ParseFault{std::string(host_files::k_too_large), m_line};
    }
  }

  void skip_text(char quote)
  {
    const std::string end(m_rest.starts_with(std::string(3, quote)) ? 3 : 1, quote);
    m_rest.remove_prefix(end.size());
    while (!m_rest.empty() && !m_rest.starts_with(end)) {
      const bool is_line_end = m_rest.front() == '\n';
      if (is_line_end && end.size() == 1) {
        return; // it has no end, which toml++ says
      }
      m_line += is_line_end ? 1 : 0;
      const bool is_escape =
        quote == '"' && m_rest.front() == '\\' && m_rest.size() > 1 && m_rest[1] != '\n';
      m_rest.remove_prefix(is_escape ? 2 : 1);
    }
    m_rest.remove_prefix(std::min(end.size(), m_rest.size()));
  }

  std::string_view m_rest;
  int m_line = 1;
  std::size_t m_dots = 0;          // in the name that is read, or the number
  std::vector<std::size_t> m_open; // of each bracket: the dots before it
  std::size_t m_open_dots = 0;
};

class TreeOfToml
{
public:
  YAML::Node tree_of(const toml::node& node, std::size_t depth = 0)
  {
    if (depth > host_files::k_max_tree_depth || ++m_count > host_files::k_max_tree_nodes) {
      throw host_files::ParseFault{std::string(host_files::k_too_large),
                                   static_cast<int>(node.source().begin.line)};
    }
    if (const auto* table = node.as_table()) {
      return tree_of_table(*table, depth);
    }
    if (const auto* list = node.as_array()) {
      YAML::Node tree(YAML::NodeType::Sequence);
      for (const auto& element : *list) {
        tree.push_back(tree_of(element, depth + 1));
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

private:
  YAML::Node tree_of_table(const toml::table& table, std::size_t depth)
  {
    // Gateways come in the order of the file; a table of toml++ is sorted by name.
    std::vector<std::pair<const toml::key*, const toml::node*>> members;
    for (const auto& [name, value] : table) {
      members.emplace_back(&name, &value);
    }
    std::ranges::stable_sort(members, [](const auto& one, const auto& other) {
      return one.first->source().begin < other.first->source().begin;
    });
    YAML::Node tree(YAML::NodeType::Map);
    for (const auto& [name, value] : members) {
      tree.force_insert(std::string(name->str()), tree_of(*value, depth + 1));
    }
    return tree;
  }

  std::size_t m_count = 0;
};

} // namespace

YAML::Node parse_toml(std::string_view content)
{
  DepthCheck(content).check();
  try {
    return TreeOfToml().tree_of(toml::parse(content));
  } catch (const toml::parse_error& error) {
    // What toml++ says may quote the text, which may be a key.
    const auto& where = error.source().begin;
    throw host_files::ParseFault{"it is no TOML that can be read", static_cast<int>(where.line),
                                 static_cast<int>(where.column)};
  }
}

} // namespace limn::ai_hosts
