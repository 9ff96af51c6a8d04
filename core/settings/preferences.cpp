#include "settings/preferences.hpp"

#include "base/contains.hpp"
#include "base/files.hpp"
#include "settings/failures.hpp"
#include "settings/load.hpp"
#include "settings/rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

namespace limn {

namespace {

constexpr std::string_view k_heading = "# Written by limn. Change it with `limn config set KEY "
                                       "VALUE`; it wins over limn.yaml, which is yours to edit.\n";

constexpr std::array<std::string_view, 6> k_sections{"fallback", "output", "limits",
                                                     "plugins",  "rate",   "defaults"};
constexpr std::array<std::string_view, 4> k_limn_yaml_sections{"gateways", "settings", "failures",
                                                               "prices"};

bool is_limn_yaml_only(std::string_view key)
{
  const auto section = key.substr(0, key.find_first_of(".["));
  const auto name =
    section.size() < key.size() ? key.substr(section.size() + 1) : std::string_view();
  return contains(k_limn_yaml_sections, section) || section == "plugins"
         || (section == "fallback" && contains(classes_with_next_step(), name));
}

// The rule for a key that preferences.yaml may hold.
Result<const Rule*> find_preference(const Value& value)
{
  const auto* rule = find_rule(value.key);
  if (rule != nullptr && rule->where == Rule::Where::both_files) {
    return rule;
  }
  if (is_limn_yaml_only(value.key)) {
    return value.key_failure("'" + value.key + "' can be set in limn.yaml only");
  }
  std::vector<std::string_view> known;
  for (const auto& a_rule : rules()) {
    const bool in_section = a_rule.key.substr(0, value.key.size() + 1) == value.key + ".";
    if (in_section) {
      return value.key_failure("'" + value.key
                               + "' is a group of settings: set one of them, such as "
                               + std::string(a_rule.key));
    }
    if (a_rule.where == Rule::Where::both_files) {
      known.push_back(a_rule.key);
    }
  }
  return unknown_key(value, value.key, known);
}

// The entries of preferences.yaml, whether written as "output.directory: x" or as "output:
// {directory: x}".
Result<std::vector<Value>> entries_of(const YamlDocument& document,
                                      const std::filesystem::path& file)
{
  std::vector<Value> values;
  const Value root{&document.root(), &document.root(), {}, &file};
  if (root.node->kind == YamlNode::Kind::null) {
    return values;
  }
  if (root.node->kind != YamlNode::Kind::map) {
    return root.expected("settings, such as `timeout: 600s`", Quote::no);
  }
  for (const auto& entry : root.node->entries) {
    const auto value = root.entry(entry);
    if (contains(k_sections, value.key) && value.node->kind == YamlNode::Kind::map) {
      for (const auto& inner : value.node->entries) {
        values.push_back(value.entry(inner));
      }
    } else {
      values.push_back(value);
    }
  }
  std::set<std::string_view> keys;
  for (const auto& value : values) {
    if (!keys.insert(value.key).second) {
      return value.key_failure("'" + value.key + "' is there twice");
    }
  }
  return values;
}

Result<std::vector<Value>> entries_of(const std::optional<YamlDocument>& document,
                                      const std::filesystem::path& file)
{
  return document ? entries_of(*document, file) : std::vector<Value>();
}

// Nothing if the file is absent.
Result<std::optional<YamlDocument>> parse_file(const std::filesystem::path& file)
{
  LIMN_TRY_ASSIGN(const auto text, read_settings_file(file));
  if (!text) {
    return std::nullopt;
  }
  LIMN_TRY_ASSIGN(auto document, YamlDocument::parse(text->text, file.string()));
  return document;
}

// `value` as it will stand in the file.
Result<std::string> yaml_of(const Rule& rule, const Value& value)
{
  Settings settings;
  LIMN_TRY(rule.read(value, settings));
  return rule.show(settings);
}

// What is meant by a value on the command line. Text is taken as it stands, since nobody wants to
// quote "{date}-{slug}" twice; lists, and text in quotes, are YAML.
Result<YamlDocument> parse_typed(const Rule& rule, std::string_view value)
{
  while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) { // as YAML does
    value.remove_prefix(1);
  }
  while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) {
    value.remove_suffix(1);
  }
  const auto first = value.empty() ? '\0' : value.front();
  const bool is_quoted = first == '"' || first == '\'';
  const bool is_list = first == '[' || first == '-';
  if (is_quoted || (is_list && rule.shape == Rule::Shape::list)) {
    return YamlDocument::parse(value, rule.key);
  }
  return YamlDocument::of_text(value);
}

// Files remember no current folder.
Result<YamlDocument> made_absolute(YamlDocument typed)
{
  const auto& node = typed.root();
  if (node.kind != YamlNode::Kind::scalar || node.text.empty() || node.text.front() == '/'
      || node.text.front() == '~') {
    return typed;
  }
  std::error_code error;
  const auto folder = std::filesystem::current_path(error);
  if (error) {
    return fail(FailureClass::settings,
                "output.directory: the current folder is unknown: " + error.message());
  }
  return YamlDocument::of_text((folder / node.text).string());
}

Result<std::string> typed_yaml(const Rule& rule, std::string_view typed)
{
  LIMN_TRY_ASSIGN(auto document, parse_typed(rule, typed));
  if (rule.key == "output.directory") {
    LIMN_TRY_ASSIGN(const auto absolute, made_absolute(std::move(document)));
    return yaml_of(rule, {&absolute.root(), &absolute.root(), std::string(rule.key)});
  }
  return yaml_of(rule, {&document.root(), &document.root(), std::string(rule.key)});
}

// Writes all of `entries`, and `yaml` for the key if there is any.
Done write(const std::filesystem::path& file, const std::vector<Value>& entries,
           std::string_view key, const std::optional<std::string>& yaml)
{
  std::map<const Rule*, std::string> lines; // in the order of the rules
  for (const auto& value : entries) {
    // What is replaced or taken out need not be valid; that may be why.
    if (value.key == key || value.node->kind == YamlNode::Kind::null) {
      continue;
    }
    LIMN_TRY_ASSIGN(const auto* rule, find_preference(value));
    LIMN_TRY_ASSIGN(lines[rule], yaml_of(*rule, value));
  }
  if (yaml) {
    lines[find_rule(key)] = *yaml;
  }
  std::string text(k_heading);
  for (const auto& [rule, value] : lines) {
    text += std::string(rule->key) + ": " + value + "\n";
  }
  // A value that a file cannot hold, such as a path that is not UTF-8, must not lock the user out
  // of every command.
  if (const auto readable = YamlDocument::parse(text, file.string()); !readable) {
    return fail(FailureClass::settings, std::string(key) + ": this value cannot be kept in a file",
                readable.error().message);
  }
  return replace_file(file, text);
}

Done check_file(const std::filesystem::path& file)
{
  if (file.empty()) {
    return fail(FailureClass::settings, "there is no folder for preferences.yaml",
                "set HOME or XDG_CONFIG_HOME");
  }
  return {};
}

} // namespace

Done read_preferences(const std::filesystem::path& file, Settings& settings)
{
  if (file.empty()) {
    return {};
  }
  LIMN_TRY_ASSIGN(const auto document, parse_file(file));
  LIMN_TRY_ASSIGN(const auto values, entries_of(document, file));
  for (const auto& value : values) {
    LIMN_TRY_ASSIGN(const auto* rule, find_preference(value));
    if (value.node->kind != YamlNode::Kind::null) {
      LIMN_TRY(rule->read(value, settings));
      settings.origins[value.key] = value.origin();
    }
  }
  return {};
}

Done set_preference(const SettingsFiles& files, const std::string& key, const std::string& value)
{
  const YamlNode nowhere;
  LIMN_TRY_ASSIGN(const auto* rule, find_preference({&nowhere, &nowhere, key}));
  LIMN_TRY_ASSIGN(const auto yaml, typed_yaml(*rule, value));

  LIMN_TRY(check_file(files.preferences));
  LIMN_TRY(make_private_folder(files.preferences.parent_path()));
  LIMN_TRY_ASSIGN(const auto lock, FileLock::take(files.preferences));
  LIMN_TRY_ASSIGN(const auto document, parse_file(files.preferences));
  LIMN_TRY_ASSIGN(const auto entries, entries_of(document, files.preferences));
  return write(files.preferences, entries, key, yaml);
}

Result<bool> unset_preference(const SettingsFiles& files, const std::string& key)
{
  const YamlNode nowhere;
  const auto known = find_preference({&nowhere, &nowhere, key});
  const auto absent = [&]() -> Result<bool> {
    return known ? Result<bool>(false) : fail(known.error());
  };
  std::error_code ignored;
  if (!std::filesystem::exists(files.preferences, ignored)) {
    return absent();
  }
  LIMN_TRY_ASSIGN(const auto lock, FileLock::take(files.preferences));
  LIMN_TRY_ASSIGN(const auto document, parse_file(files.preferences));
  LIMN_TRY_ASSIGN(const auto entries, entries_of(document, files.preferences));
  // Also one that this version does not know: a newer one may have left it.
  if (std::none_of(entries.begin(), entries.end(),
                   [&key](const Value& value) { return value.key == key; })) {
    return absent();
  }
  LIMN_TRY(write(files.preferences, entries, key, std::nullopt));
  return true;
}

} // namespace limn
