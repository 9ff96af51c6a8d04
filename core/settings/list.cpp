#include "base/credential_name.hpp"
#include "base/duration.hpp"
#include "base/redaction.hpp"
#include "settings/defaults.hpp"
#include "settings/failures.hpp"
#include "settings/load.hpp"
#include "settings/prices.hpp"
#include "settings/rules.hpp"
#include "settings/value.hpp"
#include "settings/yaml_text.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace limn {

namespace {

class Lister
{
public:
  explicit Lister(const Settings& settings) : m_settings(settings) {}

  void add(const std::string& key, std::string value)
  {
    const auto origin = m_settings.origins.find(key);
    m_values.push_back(
      {key, std::move(value), origin == m_settings.origins.end() ? "default" : origin->second});
  }

  std::vector<SettingValue> take() { return std::move(m_values); }

private:
  const Settings& m_settings;
  std::vector<SettingValue> m_values;
};

void add_pairs(const std::string& prefix, const Pairs& pairs, Lister& lister)
{
  for (const auto& [name, value] : pairs) {
    lister.add(prefix + name, names_credential(name) ? std::string(k_redacted) : yaml_text(value));
  }
}

void add_gateway(const std::string& prefix, const GatewaySettings& gateway, Lister& lister)
{
  lister.add(prefix + "name", yaml_text(gateway.name));
  lister.add(prefix + "base_url", yaml_text(gateway.base_url));
  if (gateway.api_key || gateway.without_key) {
    lister.add(prefix + "api_key", gateway.without_key ? "none" : std::string(k_redacted));
  }
  if (!gateway.api_key_env.empty()) {
    lister.add(prefix + "api_key_env", yaml_text(gateway.api_key_env));
  }
  if (!gateway.api_key_file.empty()) {
    lister.add(prefix + "api_key_file", yaml_text(gateway.api_key_file.string()));
  }
  for (const auto& [name, value] : gateway.api_key_keyring) {
    lister.add(prefix + "api_key_keyring." + name, yaml_text(value));
  }
  if (!gateway.providers.empty()) {
    lister.add(prefix + "providers", yaml_list(gateway.providers));
  }
  if (!gateway.models.empty()) {
    lister.add(prefix + "model", yaml_list(gateway.models));
  }
  if (gateway.timeout) {
    lister.add(prefix + "timeout", to_string(*gateway.timeout));
  }
  if (gateway.images_per_minute) {
    lister.add(prefix + "images_per_minute", rate_text(*gateway.images_per_minute));
  }
  if (gateway.max_in_flight) {
    lister.add(prefix + "max_in_flight", rate_text(*gateway.max_in_flight));
  }
  if (gateway.batches) {
    lister.add(prefix + "batches", *gateway.batches ? "true" : "false");
  }
  for (const auto which : all_defaults()) {
    if (says(which, gateway.defaults)) {
      lister.add(prefix + "defaults." + std::string(name_of(which)),
                 show_default(which, gateway.defaults));
    }
  }
  add_pairs(prefix + "headers.", gateway.headers, lister);
  add_pairs(prefix + "settings.", gateway.settings, lister);
  lister.add(prefix + "allow_plaintext", gateway.allow_plaintext ? "true" : "false");
}

void add_secret_place(const std::string& key, const SecretPlace& place, Lister& lister)
{
  if (place.text) {
    lister.add(key, std::string(k_redacted));
  }
  if (!place.env.empty()) {
    lister.add(key + "_env", yaml_text(place.env));
  }
  if (!place.file.empty()) {
    lister.add(key + "_file", yaml_text(place.file.string()));
  }
}

void add_store(const std::string& prefix, const StoreSettings& store, Lister& lister)
{
  if (!store.buckets.empty()) {
    lister.add(prefix + "buckets", yaml_list(store.buckets));
  }
  lister.add(prefix + "endpoint", yaml_text(store.endpoint));
  lister.add(prefix + "region", yaml_text(store.region));
  lister.add(prefix + "addressing",
             store.addressing == StoreSettings::Addressing::host ? "host" : "path");
  add_secret_place(prefix + "access_key", store.access_key, lister);
  add_secret_place(prefix + "secret_key", store.secret_key, lister);
  lister.add(prefix + "allow_plaintext", store.allow_plaintext ? "true" : "false");
}

void add_failure_words(const Settings& settings, Lister& lister)
{
  constexpr std::array<std::string_view, 3> places{"codes", "types", "words"};
  std::map<std::string, std::vector<std::string>> lists;
  for (const auto& word : settings.failure_words) {
    const auto place = places[static_cast<std::size_t>(word.where)];
    lists["failures." + std::string(to_string(word.failure_class)) + "." + std::string(place)]
      .push_back(word.text);
  }
  for (const auto& [key, texts] : lists) {
    lister.add(key, yaml_list(texts));
  }
}

void add_prices(const Settings& settings, Lister& lister)
{
  auto lines = settings.prices;
  for (const auto& row : built_in_prices()) {
    lines.emplace(row.model, row.prices); // stays out where limn.yaml has its own
  }
  for (const auto& [model, prices] : lines) {
    lister.add("prices." + model, show_prices(prices));
  }
}

} // namespace

std::vector<SettingValue> list_settings(const Settings& settings,
                                        const std::function<NextStep(FailureClass)>& step_of)
{
  Lister lister(settings);
  for (const auto& rule : rules()) {
    lister.add(std::string(rule.key), rule.show(settings));
  }
  for (const auto name : classes_with_next_step()) {
    const auto failure_class = *failure_class_from(name);
    const auto said = settings.fallback.find(failure_class);
    if (step_of) {
      lister.add("fallback." + std::string(name), std::string(to_string(step_of(failure_class))));
    } else if (said != settings.fallback.end()) {
      lister.add("fallback." + std::string(name), std::string(to_string(said->second)));
    }
  }
  for (std::size_t i = 0; i < settings.gateways.size(); ++i) {
    add_gateway("gateways[" + std::to_string(i) + "].", settings.gateways[i], lister);
  }
  for (std::size_t i = 0; i < settings.stores.size(); ++i) {
    add_store("stores[" + std::to_string(i) + "].", settings.stores[i], lister);
  }
  for (const auto& [id, pairs] : settings.components) {
    add_pairs("settings." + id + ".", pairs, lister);
  }
  add_failure_words(settings, lister);
  add_prices(settings, lister);
  return lister.take();
}

} // namespace limn
