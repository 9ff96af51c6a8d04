#include "registration/yaml_text.hpp"

#include "registration/yaml_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

bool stands_behind(const YamlNode& one, const YamlNode& other)
{
  return std::pair(one.line, one.column) > std::pair(other.line, other.column);
}

struct LastOfYaml {
  const YamlNode* scalar = nullptr;
  const YamlNode::Entry* entry = nullptr; // by its key
};

void find_last(const YamlNode& node, LastOfYaml& last)
{
  if (node.kind == YamlNode::Kind::scalar
      && (last.scalar == nullptr || stands_behind(node, *last.scalar))) {
    last.scalar = &node;
  }
  for (const auto* item : node.items) {
    find_last(*item, last);
  }
  for (const auto& entry : node.entries) {
    if (last.entry == nullptr || stands_behind(*entry.key, *last.entry->key)) {
      last.entry = &entry;
    }
    find_last(*entry.key, last);
    find_last(*entry.value, last);
  }
}

// Behind the quote that `text` begins with and all up to its end; 0 where it begins with none, npos
// where that has no end.
std::size_t behind_quoted(std::string_view text)
{
  const char quote = text.empty() ? '\0' : text.front();
  if (quote != '"' && quote != '\'') {
    return 0;
  }
  for (std::size_t at = 1; at < text.size(); ++at) {
    const bool is_doubled = quote == '\'' && text.substr(at).starts_with("''");
    if (text[at] == quote && !is_doubled) {
      return at + 1;
    }
    at += is_doubled || (quote == '"' && text[at] == '\\') ? 1 : 0;
  }
  return std::string_view::npos;
}

// Whether a key that begins so is one: it ends on its line, and a colon follows; none has to behind
// a question mark, and in braces.
bool is_key(std::string_view line, int column)
{
  const auto before = line.substr(0, static_cast<std::size_t>(column) - 1);
  const auto rest = line.substr(before.size());
  const auto end = behind_quoted(rest);
  return end != std::string_view::npos
         && (rest.find_first_of(":},", end) != std::string_view::npos
             || before.find_first_of("?{") != std::string_view::npos);
}

std::string_view text_from(std::string_view text, int line, int column)
{
  for (int i = 1; i < line; ++i) {
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  }
  return text.substr(std::min(static_cast<std::size_t>(column) - 1, text.size()));
}

tl::unexpected<Failure> no_yaml(const YamlNode& at, std::string_view what)
{
  return fail(FailureClass::settings,
              fmt::format("line {}, column {}: no YAML: {}", at.line, at.column, what));
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
  LastOfYaml last;
  find_last(document->root(), last);
  if (last.scalar != nullptr
      && behind_quoted(text_from(text, last.scalar->line, last.scalar->column))
           == std::string_view::npos) {
    return no_yaml(*last.scalar, "a quote that does not end");
  }
  if (last.entry != nullptr && last.entry->value->kind == YamlNode::Kind::null
      && !is_key(YamlLines(text).line(last.entry->key->line), last.entry->key->column)) {
    return no_yaml(*last.entry->key, "a key without a colon");
  }
  return document;
}

} // namespace limn
