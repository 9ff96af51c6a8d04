#include "config_sources/ai_hosts/scope_words.hpp"

#include <algorithm>
#include <utility>

namespace limn::ai_hosts {

using namespace host_files;

namespace {

char upper(char c)
{
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

enum class Sort { small, capital, digit, other };

Sort sort_of(char c)
{
  return c >= 'a' && c <= 'z'   ? Sort::small
         : c >= 'A' && c <= 'Z' ? Sort::capital
         : c >= '0' && c <= '9' ? Sort::digit
                                : Sort::other;
}

// As the crate convert_case has it: a word ends before a capital behind a small letter, before the
// last capital of several that a small letter follows, and between letters and digits.
std::string upper_snake(std::string_view name)
{
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto sort = sort_of(name[i]);
    const auto before = i == 0 ? Sort::other : sort_of(name[i - 1]);
    const auto after = i + 1 < name.size() ? sort_of(name[i + 1]) : Sort::other;
    const bool changes = before != Sort::other && sort != Sort::other && before != sort
                         && !(before == Sort::capital && sort == Sort::small);
    const bool ends_acronym =
      before == Sort::capital && sort == Sort::capital && after == Sort::small;
    if ((changes || ends_acronym || sort == Sort::other) && !result.empty()
        && !result.ends_with('_')) {
      result += '_';
    }
    if (sort != Sort::other) {
      result += upper(name[i]);
    }
  }
  return result;
}

} // namespace

std::vector<std::string_view> parts(std::string_view text, char separator)
{
  std::vector<std::string_view> result;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(separator, begin), text.size());
    result.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return result;
}

YAML::Node node_at(const Members& scope, std::string_view path)
{
  YAML::Node node(YAML::NodeType::Undefined);
  bool is_first = true;
  for (const auto name : parts(path, '.')) {
    const auto next = is_first ? member(scope, name) : member(node, name);
    node.reset(next);
    is_first = false;
  }
  return node;
}

Named text_at(const Members& scope, std::string_view names)
{
  if (names.empty()) {
    return {};
  }
  for (const auto path : parts(names, '|')) {
    if (auto text = text_of(node_at(scope, path)); !text.empty()) {
      return {std::move(text), path};
    }
  }
  return {{}, names.substr(0, names.find('|'))};
}

bool is_one_of(std::string_view text, std::string_view words)
{
  return std::ranges::count(parts(words, '|'), text) > 0;
}

bool holds(const Members& scope, std::string_view condition)
{
  const auto equals = condition.find('=');
  return condition.empty()
         || is_one_of(text_at(scope, condition.substr(0, equals)).text,
                      condition.substr(equals + 1));
}

bool is_set(const YAML::Node& node)
{
  return node.IsDefined() && !node.IsNull() && (!node.IsScalar() || !text_of(node).empty());
}

std::string variable_of(VariableOfName kind, std::string_view name)
{
  constexpr std::string_view end = "_API_KEY";
  if (kind == VariableOfName::none || name.empty()) {
    return {};
  }
  if (kind == VariableOfName::upper_snake) {
    return upper_snake(std::string(name) + std::string(end));
  }
  std::string variable;
  for (const char c : name) {
    variable += kind == VariableOfName::upper_underscored && c == '-' ? '_' : upper(c);
  }
  return variable + std::string(end);
}

std::optional<std::string> place_of(std::string_view path, const Lookup& variable)
{
  for (const auto one : parts(path, '|')) {
    if (!one.starts_with('$')) {
      return std::string(one);
    }
    const auto end = std::min(one.find('/'), one.size());
    auto folder = variable(one.substr(1, end - 1)).value_or("");
    if (folder.empty()) {
      continue;
    }
    while (folder.ends_with('/')) {
      folder.pop_back();
    }
    return folder + std::string(one.substr(end));
  }
  return std::nullopt;
}

} // namespace limn::ai_hosts
