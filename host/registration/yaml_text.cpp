#include "registration/yaml_text.hpp"

#include "registration/yaml_lines.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

bool stands_behind(const YamlNode& one, const YamlNode& other)
{
  return std::pair(one.line, one.column) > std::pair(other.line, other.column);
}

void find_last_key(const YamlNode& node, const YamlNode::Entry*& last)
{
  for (const auto* item : node.items) {
    find_last_key(*item, last);
  }
  for (const auto& entry : node.entries) {
    if (last == nullptr || stands_behind(*entry.key, *last->key)) {
      last = &entry;
    }
    find_last_key(*entry.value, last);
  }
}

// Whether a key that begins so is one: it ends on its line, and a colon follows; none has to behind
// a question mark, and in braces.
bool is_key(std::string_view line, int column)
{
  const auto before = line.substr(0, static_cast<std::size_t>(column) - 1);
  auto rest = line.substr(before.size());
  if (rest.starts_with('"') || rest.starts_with('\'')) {
    const char quote = rest.front();
    std::size_t end = 1;
    while (end < rest.size() && rest[end] != quote) {
      end += rest[end] == '\\' && quote == '"' ? 2 : 1;
    }
    if (end >= rest.size()) {
      return false;
    }
    rest.remove_prefix(end + 1);
  }
  return rest.find_first_of(":},") != std::string_view::npos
         || before.find_first_of("?{") != std::string_view::npos;
}

} // namespace

Result<YamlDocument> read_yaml_text(std::string_view text)
{
  constexpr std::string_view k_file = "FILE";
  auto document = YamlDocument::parse(text, k_file);
  if (!document) { // the file is named by who asks
    auto failure = std::move(document.error());
    const auto rest = failure.message.substr(k_file.size() + 1);
    const auto colon = rest.find(':');
    failure.message =
      fmt::format("line {}, column {}", rest.substr(0, colon), rest.substr(colon + 1));
    return fail(std::move(failure));
  }
  const YamlNode::Entry* last = nullptr;
  find_last_key(document->root(), last);
  if (last != nullptr && last->value->kind == YamlNode::Kind::null
      && !is_key(YamlLines(text).line(last->key->line), last->key->column)) {
    return fail(FailureClass::settings,
                fmt::format("line {}, column {}: no YAML: a key without a colon, or a quote that "
                            "does not end",
                            last->key->line, last->key->column));
  }
  return document;
}

} // namespace limn
