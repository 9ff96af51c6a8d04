#include "settings/gateways.hpp"

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/paths.hpp"
#include "model/component_id.hpp"
#include "settings/defaults.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::array<std::string_view, 16> k_gateway_keys{"name",
                                                          "base_url",
                                                          "api_key",
                                                          "api_key_env",
                                                          "api_key_file",
                                                          "api_key_keyring",
                                                          "providers",
                                                          "model",
                                                          "timeout",
                                                          "headers",
                                                          "settings",
                                                          "allow_plaintext",
                                                          "images_per_minute",
                                                          "max_in_flight",
                                                          "batches",
                                                          "defaults"};

constexpr std::array<std::string_view, 9> k_credential_headers{"authorization",
                                                               "proxy-authorization",
                                                               "api-key",
                                                               "x-api-key",
                                                               "cookie",
                                                               "x-goog-api-key",
                                                               "apikey",
                                                               "x-auth-token",
                                                               "ocp-apim-subscription-key"};

constexpr std::array<std::string_view, 4> k_own_headers{"content-length", "transfer-encoding",
                                                        "host", "connection"};

constexpr std::string_view k_gateway_example =
  "a map, such as {base_url: https://gw.example/v1, api_key_env: WORK_KEY}";

bool is_alphanumeric(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool consists_of(std::string_view text, std::string_view others)
{
  return !text.empty() && std::all_of(text.begin(), text.end(), [others](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

Done read_name(const Value& value, GatewaySettings& gateway)
{
  constexpr std::string_view k_wanted = "a name of letters, digits, '.', '_' and '-', such as work";
  LIMN_TRY_ASSIGN(gateway.name, read_text(value, k_wanted));
  if (!consists_of(gateway.name, "._-")) {
    return value.expected(k_wanted);
  }
  return {};
}

// Only what can be told without parsing it: discovery does that, once ${NAME} has been replaced.
// Never quoted, since people paste keys into URLs.
Done read_base_url(const Value& value, GatewaySettings& gateway)
{
  constexpr std::string_view k_wanted = "an http or https URL, such as https://gw.example/v1";
  LIMN_TRY_ASSIGN(const auto url, read_text(value, k_wanted, Quote::no));
  const auto start = ascii_lower(std::string_view(url).substr(0, 8));
  const bool is_variable = start.rfind("${", 0) == 0;
  if (!is_variable && start.rfind("http://", 0) != 0 && start != "https://") {
    return value.expected(k_wanted, Quote::no);
  }
  if (url.find(' ') != std::string::npos) {
    return value.failure("a space in the URL");
  }
  const auto host = is_variable ? 0 : url.find("//") + 2;
  const auto at = url.find('@', host);
  if (at != std::string::npos && at < url.find_first_of("/?#", host)) {
    return value.failure(
      "a user or a password in the URL: put the key into api_key_env, api_key_file or api_key");
  }
  gateway.base_url = url;
  return {};
}

Done read_api_key(const Value& value, GatewaySettings& gateway)
{
  const auto& node = *value.node;
  if (node.kind != YamlNode::Kind::scalar || node.text.empty()) {
    return value.expected(
      "a key, ${NAME} for a variable of the environment, or none for a server without a key",
      Quote::no);
  }
  if (node.text == "none") {
    gateway.without_key = true;
    return {};
  }
  // A key travels in a header line.
  for (const char c : node.text) {
    if (static_cast<unsigned char>(c) <= ' ' || static_cast<unsigned char>(c) > '~') {
      return value.failure("a space, line break or non-ASCII character in the key");
    }
  }
  gateway.api_key = Secret(node.text);
  return {};
}

// Not quoted: the mistake to expect is the key itself.
Done read_api_key_env(const Value& value, GatewaySettings& gateway)
{
  constexpr std::string_view k_wanted =
    "the name of a variable of the environment, such as WORK_KEY";
  LIMN_TRY_ASSIGN(gateway.api_key_env, read_text(value, k_wanted, Quote::no));
  if (!consists_of(gateway.api_key_env, "_")
      || (gateway.api_key_env.front() >= '0' && gateway.api_key_env.front() <= '9')) {
    return value.expected(k_wanted, Quote::no);
  }
  return {};
}

// What stands behind `secret-tool lookup`. Nothing of it may look like an option.
Done read_keyring(const Value& value, GatewaySettings& gateway, Settings& settings)
{
  constexpr std::string_view k_wanted =
    "the attributes of a keyring's entry, such as {service: limn, account: work}";
  if (value.node->kind != YamlNode::Kind::map || value.node->entries.empty()) {
    return value.expected(k_wanted, Quote::no);
  }
  for (const auto& entry : value.node->entries) {
    const auto attribute = value.entry(entry);
    LIMN_TRY_ASSIGN(auto text, read_text(attribute, "text", Quote::no));
    if (!consists_of(entry.key->text, "._:-") || entry.key->text.front() == '-' || text.empty()
        || text.front() == '-') {
      return attribute.key_failure("not an attribute of a keyring; expected "
                                   + std::string(k_wanted));
    }
    gateway.api_key_keyring.emplace_back(entry.key->text, std::move(text));
    settings.origins[attribute.key] = attribute.origin();
  }
  return {};
}

Done read_headers(const Value& value, GatewaySettings& gateway, Settings& settings)
{
  constexpr std::string_view k_wanted = "a map of headers, such as {X-Title: limn}";
  if (value.node->kind != YamlNode::Kind::map) {
    return value.expected(k_wanted, Quote::no);
  }
  std::vector<std::string> names;
  for (const auto& entry : value.node->entries) {
    const auto header = value.entry(entry);
    const auto& name = entry.key->text;
    const auto lower_name = ascii_lower(name);
    if (!consists_of(name, "!#$%&'*+-.^_`|~")) {
      return header.key_failure("not the name of a header; expected " + std::string(k_wanted));
    }
    if (contains(k_credential_headers, lower_name)) {
      return header.key_failure("header '" + name
                                + "' carries a key: use api_key_env, api_key_file or api_key, "
                                  "which go only to this base_url");
    }
    if (contains(k_own_headers, lower_name)) {
      return header.key_failure("header '" + name + "' is limn's own to set");
    }
    if (contains(names, lower_name)) {
      return header.key_failure("header '" + name + "' is there twice");
    }
    names.push_back(lower_name);
    if (header.node->kind == YamlNode::Kind::null) {
      continue;
    }
    LIMN_TRY_ASSIGN(auto text, read_text(header, "text", Quote::no));
    gateway.headers.emplace_back(name, std::move(text));
    settings.origins[header.key] = header.origin();
  }
  return {};
}

Done read_gateway_key(std::string_view name, const Value& value, GatewaySettings& gateway,
                      Settings& settings)
{
  if (name == "headers") {
    return read_headers(value, gateway, settings);
  }
  if (name == "settings") {
    LIMN_TRY_ASSIGN(gateway.settings, read_pairs(value, settings));
    return {};
  }
  if (name == "defaults") {
    return read_defaults(value, DefaultsOf::gateway, gateway.defaults, settings);
  }
  settings.origins[value.key] = value.origin();
  if (name == "name") {
    return read_name(value, gateway);
  }
  if (name == "base_url") {
    return read_base_url(value, gateway);
  }
  if (name == "api_key") {
    return read_api_key(value, gateway);
  }
  if (name == "api_key_env") {
    return read_api_key_env(value, gateway);
  }
  if (name == "api_key_file") {
    LIMN_TRY_ASSIGN(gateway.api_key_file,
                    read_path(value, "an absolute path, such as ~/.secrets/work", Quote::no));
    return {};
  }
  if (name == "api_key_keyring") {
    return read_keyring(value, gateway, settings);
  }
  if (name == "providers") {
    LIMN_TRY_ASSIGN(gateway.providers, read_providers(value));
    note_components(value, NamedComponent::Role::provider, settings);
    return {};
  }
  if (name == "model") {
    LIMN_TRY_ASSIGN(gateway.models, read_models(value));
    return {};
  }
  if (name == "timeout") {
    LIMN_TRY_ASSIGN(gateway.timeout, read_duration(value, Zero::refused));
    return {};
  }
  if (name == "images_per_minute" || name == "max_in_flight") {
    auto& limit = name == "max_in_flight" ? gateway.max_in_flight : gateway.images_per_minute;
    LIMN_TRY_ASSIGN(limit, read_rate(value));
    return {};
  }
  if (name == "batches") {
    LIMN_TRY_ASSIGN(gateway.batches, read_flag(value));
    return {};
  }
  LIMN_TRY_ASSIGN(gateway.allow_plaintext, read_flag(value));
  return {};
}

Result<GatewaySettings> read_gateway(const Value& value, Settings& settings)
{
  GatewaySettings gateway;
  std::string credential; // the first of those that say where the key is
  LIMN_TRY(read_map(value, k_gateway_example, k_gateway_keys,
                    [&](std::string_view name, const Value& entry) -> Done {
                      if (name.rfind("api_key", 0) == 0) {
                        if (!credential.empty()) {
                          return entry.key_failure(
                            "both " + credential + " and " + std::string(name)
                            + ": a gateway has only one of api_key, api_key_env, api_key_file and "
                              "api_key_keyring");
                        }
                        credential = name;
                      }
                      return read_gateway_key(name, entry, gateway, settings);
                    }));
  if (gateway.base_url.empty()) {
    return value.failure("base_url is missing, such as base_url: https://gw.example/v1");
  }
  return gateway;
}

Done add_pairs(const Value& value, std::string_view name, Pairs& pairs, Settings& settings)
{
  const auto& node = *value.node;
  const auto below = [name](std::string_view child) {
    return name.empty() ? std::string(child) : std::string(name) + "." + std::string(child);
  };
  switch (node.kind) {
  case YamlNode::Kind::null:
    return {};
  case YamlNode::Kind::list:
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      auto item = value.item(i);
      item.key = value.key + "." + std::to_string(i); // as the component will see it
      LIMN_TRY(add_pairs(item, below(std::to_string(i)), pairs, settings));
    }
    return {};
  case YamlNode::Kind::map:
    for (const auto& entry : node.entries) {
      const auto child = value.entry(entry);
      if (entry.key->text.empty()) {
        return child.key_failure("an empty key");
      }
      LIMN_TRY(add_pairs(child, below(entry.key->text), pairs, settings));
    }
    return {};
  case YamlNode::Kind::scalar:
    break;
  }
  // "a.b: 1" beside "a: {b: 2}"; the origins know every key that there is.
  if (!settings.origins.emplace(value.key, value.origin()).second) {
    return value.key_failure("the key '" + value.key + "' is there twice");
  }
  settings.setting_places.emplace(value.key, value.place());
  pairs.emplace_back(name, node.text);
  return {};
}

} // namespace

Done read_gateways(const Value& value, Settings& settings)
{
  if (value.node->kind != YamlNode::Kind::list) {
    return value.expected(
      "a list, such as [{base_url: https://gw.example/v1, api_key_env: WORK_KEY}]", Quote::no);
  }
  std::vector<std::string> names;
  for (std::size_t i = 0; i < value.node->items.size(); ++i) {
    const auto item = value.item(i);
    LIMN_TRY_ASSIGN(auto gateway, read_gateway(item, settings));
    if (gateway.name.empty()) {
      gateway.name = "gateway" + std::to_string(i + 1);
    }
    if (contains(names, gateway.name)) {
      return item.failure("another gateway has the name '" + gateway.name + "' already");
    }
    names.push_back(gateway.name);
    gateway.origin = value.file->filename().string() + "#" + item.key;
    settings.gateways.push_back(std::move(gateway));
  }
  return {};
}

Result<Pairs> read_pairs(const Value& value, Settings& settings)
{
  if (value.node->kind != YamlNode::Kind::map) {
    return value.expected("a map, such as {key: value}", Quote::no);
  }
  Pairs pairs;
  LIMN_TRY(add_pairs(value, {}, pairs, settings));
  return pairs;
}

Done read_components(const Value& value, Settings& settings)
{
  if (value.node->kind != YamlNode::Kind::map) {
    return value.expected(
      "a map from component ids to their settings, such as {openai_images: {key: value}}",
      Quote::no);
  }
  for (const auto& entry : value.node->entries) {
    const auto component = value.entry(entry);
    if (!is_component_id(entry.key->text)) {
      return component.key_failure(
        "not a component id; expected small letters, digits and '_', such as openai_images");
    }
    settings.named_components.push_back(
      {NamedComponent::Role::with_settings, entry.key->text, component.key, component.place()});
    if (component.node->kind != YamlNode::Kind::null) {
      LIMN_TRY_ASSIGN(settings.components[entry.key->text], read_pairs(component, settings));
    }
  }
  return {};
}

bool holds_key(const Settings& settings)
{
  const auto is_key = [](const std::optional<Secret>& text) {
    return text && text->reveal().find("${") == std::string_view::npos;
  };
  return std::ranges::any_of(settings.gateways, is_key, &GatewaySettings::api_key)
         || std::ranges::any_of(settings.stores, [&](const StoreSettings& store) {
              return is_key(store.secret_key.text);
            });
}

} // namespace limn
