#include "registration/registered.hpp"

#include "base/ascii.hpp"
#include "registration/json_text.hpp"
#include "registration/toml_check.hpp"
#include "registration/toml_text.hpp"
#include "settings/yaml_document.hpp"

#include <fmt/format.h>

#include <cstdlib>

namespace limn {

namespace {

JsonNode node_of_yaml(const YamlNode& yaml)
{
  JsonNode node;
  switch (yaml.kind) {
  case YamlNode::Kind::null:
    node.text = "null";
    break;
  case YamlNode::Kind::scalar:
    node.kind = JsonNode::Kind::string;
    node.text = yaml.text;
    break;
  case YamlNode::Kind::list:
    node.kind = JsonNode::Kind::array;
    for (const auto* item : yaml.items) {
      node.items.push_back(node_of_yaml(*item));
    }
    break;
  case YamlNode::Kind::map:
    node.kind = JsonNode::Kind::object;
    for (const auto& entry : yaml.entries) {
      node.members.push_back({entry.key->text, 0, node_of_yaml(*entry.value), 0});
    }
    break;
  }
  return node;
}

Result<JsonNode> tree_of(ConfigFormat format, std::string_view text)
{
  if (format == ConfigFormat::toml) {
    LIMN_TRY_ASSIGN(const auto tables, read_toml_text(text)); // not too deep for who reads it next
    return toml_tree(text);
  }
  if (format == ConfigFormat::yaml) {
    LIMN_TRY_ASSIGN(const auto document, YamlDocument::parse(without_mark(text), "it"));
    return node_of_yaml(document.root());
  }
  return read_json_text(text);
}

const JsonNode* find_in(const JsonNode& entry, std::initializer_list<std::string_view> names)
{
  for (const auto name : names) {
    if (const auto* found = entry.find(name)) {
      return found;
    }
  }
  return nullptr;
}

bool says_word(const JsonNode* node, std::string_view word)
{
  return node != nullptr && node->text == word;
}

// "${NAME}", as Claude Code has it, "${env:NAME}", "{env:NAME}": the name.
std::string_view name_in_reference(std::string_view value)
{
  value.remove_prefix(value.starts_with('$') ? 1 : 0);
  if (!value.starts_with('{') || !value.ends_with('}')) {
    return {};
  }
  value = value.substr(1, value.size() - 2);
  value.remove_prefix(value.starts_with("env:") ? 4 : 0);
  return value;
}

void add_variable(RegisteredServer& server, const std::string& name, std::string value)
{
  if (const auto referred = name_in_reference(value); !referred.empty()) {
    const char* const here = std::getenv(std::string(referred).c_str());
    if (here == nullptr) {
      return;
    }
    value = here;
  }
  if (!name.empty() && name.find('=') == std::string::npos) {
    server.environment.emplace_back(name, std::move(value));
  }
}

RegisteredServer server_of(const JsonNode& there, const Entry& entry)
{
  RegisteredServer server;
  const auto* command = there.find(command_member(entry).name);
  const auto* arguments =
    command != nullptr && command->kind == JsonNode::Kind::array ? command : there.find("args");
  for (const auto& one : arguments != nullptr ? arguments->items : std::vector<JsonNode>()) {
    server.arguments.push_back(one.text);
  }
  if (arguments == command && !server.arguments.empty()) {
    server.command = server.arguments.front();
    server.arguments.erase(server.arguments.begin());
  } else if (command != nullptr) {
    server.command = command->text;
  }
  if (const auto* variables = find_in(there, {"env", "environment", "envs"})) {
    for (const auto& one : variables->members) {
      add_variable(server, one.name, one.value.text);
    }
  }
  if (const auto* handed_on = there.find("env_vars")) { // Codex: names of its own variables
    for (const auto& one : handed_on->items) {
      add_variable(server, one.text, "${" + one.text + "}");
    }
  }
  if (says_word(there.find("enabled"), "false") || says_word(there.find("disabled"), "true")) {
    server.state = RegisteredServer::State::off;
  }
  return server;
}

} // namespace

Result<std::optional<RegisteredServer>> registered_server(const McpHost& host)
{
  LIMN_TRY_ASSIGN(const auto config, read_config_text(host.file()));
  if (!config.is_there || trimmed(without_mark(config.text)).empty()) {
    return std::nullopt;
  }
  const auto root = tree_of(host.format, config.text);
  if (!root) {
    return fail(FailureClass::settings,
                fmt::format("{}: {}", config.path.string(), root.error().message));
  }
  const auto entry = host.entry({}, config.text);
  const JsonNode* node = &*root;
  for (const auto& name : entry.place) {
    node = node != nullptr ? node->find(name) : nullptr;
  }
  if (node == nullptr || node->kind != JsonNode::Kind::object) {
    return std::nullopt;
  }
  auto server = server_of(*node, entry);
  if (!is_limn(server.command)) {
    return std::nullopt;
  }
  return server;
}

} // namespace limn
