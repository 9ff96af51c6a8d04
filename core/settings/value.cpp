#include "settings/value.hpp"

#include "base/ascii.hpp"
#include "base/duration.hpp"
#include "base/nearest.hpp"
#include "base/paths.hpp"
#include "base/terminal_text.hpp"
#include "model/component_id.hpp"

#include <algorithm>
#include <charconv>

namespace limn {

namespace {

constexpr std::size_t k_longest_quote = 80;

// Longer than any name in our files, shorter than any key. On the command line whole names with
// dots are given.
constexpr std::size_t k_longest_quoted_name = 24;
constexpr std::size_t k_longest_typed_name = 40;

std::string position(const std::filesystem::path& file, const YamlNode& node)
{
  return file.string() + ":" + std::to_string(node.line) + ":" + std::to_string(node.column);
}

std::string in_quotes(std::string_view text)
{
  return "'" + shortened(terminal_safe(text), k_longest_quote) + "'";
}

bool is_word(std::string_view text)
{
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '-' || c == '.';
  });
}

bool has_control_character(std::string_view text)
{
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7f;
  });
}

Result<std::string> read_model(const Value& value)
{
  return read_text(value, "a model, such as gpt-image-2");
}

Done add_item(const Value& item, ReadItem read_item, std::vector<std::string>& texts)
{
  LIMN_TRY_ASSIGN(auto text, read_item(item));
  if (std::find(texts.begin(), texts.end(), text) != texts.end()) {
    return item.failure(in_quotes(text) + " is there twice");
  }
  texts.push_back(std::move(text));
  return {};
}

// "a, b" for [a, b]
Result<std::vector<std::string>> read_words(const Value& value, std::string_view wanted,
                                            ReadItem read_item)
{
  std::vector<std::string> texts;
  for (const auto& word : words_of_list(value.node->text)) {
    if (word.empty()) {
      return value.expected(wanted);
    }
    YamlNode node = *value.node;
    node.text = word;
    auto item = value;
    item.node = &node;
    LIMN_TRY(add_item(item, read_item, texts));
  }
  return texts;
}

} // namespace

std::vector<std::string> words_of_list(std::string_view text)
{
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    words.emplace_back(trimmed(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return words;
}

std::string Value::origin() const
{
  return file == nullptr ? "command line"
                         : file->filename().string() + ":" + std::to_string(key_node->line);
}

std::string Value::place() const
{
  return file == nullptr ? std::string() : position(*file, *key_node);
}

tl::unexpected<Failure> Value::failure(std::string_view what) const
{
  const auto place = file == nullptr ? std::string() : position(*file, *node) + ": ";
  return fail(FailureClass::settings, place + (key.empty() ? "" : key + ": ") + std::string(what));
}

tl::unexpected<Failure> Value::key_failure(std::string_view what) const
{
  const auto place = file == nullptr ? std::string() : position(*file, *key_node) + ": ";
  return fail(FailureClass::settings, place + std::string(what));
}

tl::unexpected<Failure> Value::expected(std::string_view wanted, Quote quote) const
{
  auto what = "expected " + std::string(wanted);
  switch (node->kind) {
  case YamlNode::Kind::null:
    return failure(what + ", but there is nothing");
  case YamlNode::Kind::list:
    return failure(what + ", not a list");
  case YamlNode::Kind::map:
    return failure(what + ", not a map");
  case YamlNode::Kind::scalar:
    break;
  }
  return failure(quote == Quote::yes ? what + ", not " + in_quotes(node->text) : what);
}

Value Value::item(std::size_t index) const
{
  const auto* child = node->items[index];
  return {child, child, key + "[" + std::to_string(index) + "]", file};
}

Value Value::entry(const YamlNode::Entry& an_entry) const
{
  return {an_entry.value, an_entry.key,
          key.empty() ? an_entry.key->text : key + "." + an_entry.key->text, file};
}

Result<std::string> read_text(const Value& value, std::string_view wanted, Quote quote)
{
  const auto& node = *value.node;
  if (node.kind != YamlNode::Kind::scalar || node.text.empty()) {
    return value.expected(wanted, quote);
  }
  if (has_control_character(node.text)) {
    return value.failure("a line break or control character in it");
  }
  return node.text;
}

Result<bool> read_flag(const Value& value)
{
  if (value.node->kind == YamlNode::Kind::scalar) {
    const auto text = ascii_lower(value.node->text);
    if (text == "true" || text == "yes" || text == "on") {
      return true;
    }
    if (text == "false" || text == "no" || text == "off") {
      return false;
    }
  }
  return value.expected("true or false");
}

Result<int> read_number(const Value& value, std::string_view wanted, int least, int most)
{
  LIMN_TRY_ASSIGN(const auto text, read_text(value, wanted));
  int number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end || number < least || number > most) {
    return value.expected(wanted);
  }
  return number;
}

Result<int> read_rate(const Value& value)
{
  if (value.node->kind == YamlNode::Kind::scalar && value.node->text == "none") {
    return 0;
  }
  return read_number(value, "a number from 1 to 10000, such as 30, or none", 1, 10'000);
}

std::string rate_text(std::optional<int> rate)
{
  return rate.value_or(0) > 0 ? std::to_string(*rate) : "none";
}

Result<std::filesystem::path> read_path(const Value& value, std::string_view wanted, Quote quote)
{
  LIMN_TRY_ASSIGN(const auto text, read_text(value, wanted, quote));
  auto path = absolute_path(text);
  if (!path) {
    return value.expected(wanted, quote);
  }
  return *path;
}

Result<std::chrono::milliseconds> read_duration(const Value& value, Zero zero)
{
  const auto wanted = zero == Zero::allowed
                        ? "a duration from 0 to 24h, such as 600s, 10m, 1h30m or 500ms"
                        : "a duration above 0 and up to 24h, such as 600s, 10m, 1h30m or 500ms";
  LIMN_TRY_ASSIGN(const auto text, read_text(value, wanted));
  const auto duration = parse_duration(text);
  if (!duration || (zero == Zero::refused && duration->count() == 0)) {
    return value.expected(wanted);
  }
  return *duration;
}

Result<std::vector<std::string>> read_list(const Value& value, std::string_view wanted,
                                           ReadItem read_item, Empty empty)
{
  if (value.node->kind == YamlNode::Kind::scalar && !value.node->text.empty()) {
    return read_words(value, wanted, read_item);
  }
  const auto& node = *value.node;
  if (node.kind != YamlNode::Kind::list) {
    return value.expected(wanted);
  }
  if (node.items.empty() && empty == Empty::refused) {
    return value.failure("expected " + std::string(wanted) + ", not an empty one");
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    LIMN_TRY(add_item(value.item(i), read_item, texts));
  }
  return texts;
}

Result<std::vector<std::string>> read_models(const Value& value)
{
  return read_list(value, "a model or a list of models, such as [gpt-image-2]", read_model,
                   Empty::refused);
}

Result<std::vector<std::string>> read_providers(const Value& value)
{
  return read_list(value, "a list of provider ids, such as [openai_images, responses_api]", read_id,
                   Empty::refused);
}

void note_components(const Value& list, NamedComponent::Role role, Settings& settings)
{
  std::erase_if(settings.named_components, [&](const NamedComponent& one) {
    return one.role == role && one.key.substr(0, one.key.rfind('[')) == list.key;
  });
  const auto note = [&](std::string id, std::size_t index, const Value& where) {
    settings.named_components.push_back(
      {role, std::move(id), list.key + "[" + std::to_string(index) + "]", where.place()});
  };
  if (list.node->kind == YamlNode::Kind::scalar) {
    std::size_t index = 0;
    for (auto& word : words_of_list(list.node->text)) {
      note(std::move(word), index++, {list.node, list.node, list.key, list.file});
    }
    return;
  }
  for (std::size_t i = 0; i < list.node->items.size(); ++i) {
    note(list.node->items[i]->text, i, list.item(i));
  }
}

Result<std::string> read_id(const Value& value)
{
  constexpr std::string_view k_wanted =
    "an id of small letters, digits and '_', such as openai_images";
  LIMN_TRY_ASSIGN(auto text, read_text(value, k_wanted));
  if (!is_component_id(text)) {
    return value.expected(k_wanted);
  }
  return text;
}

Result<std::string> read_source(const Value& value)
{
  constexpr std::string_view k_wanted =
    "the id of a config source, such as env, or of a part of one, such as ai_hosts.codex";
  LIMN_TRY_ASSIGN(auto text, read_text(value, k_wanted));
  const auto [id, part] = source_and_part(text);
  if (!is_component_id(id) || (id.size() != text.size() && !is_component_id(part))) {
    return value.expected(k_wanted);
  }
  return text;
}

Done read_map(const Value& map, std::string_view wanted, std::span<const std::string_view> known,
              const std::function<Done(std::string_view, const Value&)>& read)
{
  if (map.node->kind != YamlNode::Kind::map) {
    return map.expected(wanted, Quote::no);
  }
  for (const auto& entry : map.node->entries) {
    const auto value = map.entry(entry);
    if (std::find(known.begin(), known.end(), entry.key->text) == known.end()) {
      return unknown_key(value, entry.key->text, known);
    }
    if (value.node->kind != YamlNode::Kind::null) {
      LIMN_TRY(read(entry.key->text, value));
    }
  }
  return {};
}

tl::unexpected<Failure> unknown_key(const Value& value, std::string_view name,
                                    std::span<const std::string_view> known)
{
  if (name == "<<") {
    return value.key_failure(
      "'<<' merges no maps here: write the entries out, or use an alias for the whole map");
  }
  const auto section = name.substr(0, name.find('.'));
  if (section.size() < name.size() && is_word(name)
      && std::find(known.begin(), known.end(), section) != known.end()) {
    return value.key_failure("unknown key " + in_quotes(name) + ": write it as `"
                             + std::string(section) + ": {"
                             + std::string(name.substr(section.size() + 1)) + ": ...}`");
  }
  const bool typed = value.file == nullptr;
  if (typed && name.size() > k_longest_typed_name) {
    return value.key_failure("unknown key" + did_you_mean({}, known));
  }
  if (!typed && (!is_word(name) || name.size() > k_longest_quoted_name)) {
    return value.key_failure("expected `key: value`, with a space after the colon, such as `"
                             + std::string(known.front()) + ": ...`");
  }
  return value.key_failure("unknown key " + in_quotes(name) + did_you_mean(name, known));
}

} // namespace limn
