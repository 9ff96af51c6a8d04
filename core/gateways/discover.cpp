#include "gateways/discover.hpp"

#include "base/paths.hpp"
#include "gateways/base_url.hpp"
#include "gateways/key.hpp"
#include "gateways/pasted_text.hpp"
#include "model/component_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace limn {

namespace {

// Where there is room for one text only, what to do belongs to it.
std::string as_one_text(const Failure& failure)
{
  return failure.hint.empty() ? failure.message
                              : fmt::format("{}; {}", failure.message, failure.hint);
}

constexpr std::string_view k_own_source = "limn"; // the gateways of limn.yaml

// Looks for the key where `place` says.
void take_key(Gateway& gateway, const GatewaySettings& place,
              std::vector<DiscoveryWarning>& warnings)
{
  std::vector<std::string> texts;
  auto key = resolve_key(place, texts);
  for (auto& text : texts) {
    warnings.push_back({std::move(text), gateway.name});
  }
  if (key) {
    gateway.key = std::move(*key);
  } else {
    gateway.problem = as_one_text(key.error());
  }
}

Gateway from_settings(const GatewaySettings& settings, std::vector<DiscoveryWarning>& warnings)
{
  Gateway gateway;
  gateway.name = settings.name;
  gateway.base_url = settings.base_url;
  gateway.without_key = settings.without_key;
  gateway.origins = {settings.origin};
  gateway.headers = settings.headers;
  gateway.settings = settings.settings;
  gateway.allow_plaintext = settings.allow_plaintext;
  gateway.providers = settings.providers;
  gateway.models = settings.models;
  gateway.timeout = settings.timeout;
  gateway.images_per_minute = settings.images_per_minute;
  gateway.max_in_flight = settings.max_in_flight;
  gateway.batches = settings.batches;
  gateway.defaults = settings.defaults;
  if (!settings.without_key) {
    take_key(gateway, settings, warnings);
    // A file that was named is meant to be there: another gateway is not to be asked in silence.
    if (!gateway.problem.empty() && !settings.api_key_file.empty()) {
      warnings.push_back(
        {fmt::format("gateway {} is left out: {}", settings.name, gateway.problem), settings.name});
    }
  }
  return gateway;
}

// The key that a config source left where it is.
void take_key_from_its_place(Gateway& gateway, std::vector<DiscoveryWarning>& warnings)
{
  const auto place = std::exchange(gateway.key_place, {});
  const bool has_place = !place.variable.empty() || !place.file.empty();
  if (!has_place || gateway.without_key || !gateway.problem.empty()) {
    return;
  }
  GatewaySettings as_settings;
  as_settings.api_key_env = place.variable;
  if (!place.file.empty()) {
    const auto file = absolute_path(place.file);
    if (!file) {
      gateway.problem = "its key file is not given by an absolute path";
      return;
    }
    as_settings.api_key_file = *file;
  }
  take_key(gateway, as_settings, warnings);
}

// As the provider takes it that limn.yaml names first; none is loaded where that changes nothing.
Result<std::string> usual_base_url(const Gateway& gateway, Registry& registry)
{
  auto usual = normalised_base_url(gateway.base_url);
  auto bare = bare_base_url(gateway.base_url);
  if (!usual || !bare || *usual == *bare || gateway.providers.empty()) {
    return usual;
  }
  const auto provider = registry.provider(gateway.providers.front());
  const bool takes_bare =
    provider && ((*provider)->capabilities().flags & LIMN_TAKES_BARE_BASE_URL) != 0;
  return takes_bare ? bare : usual;
}

void normalise(Gateway& gateway, Registry& registry)
{
  if (gateway.base_url.empty()) {
    gateway.problem = gateway.problem.empty() ? "it has no base URL" : gateway.problem;
    return;
  }
  if (auto base_url = usual_base_url(gateway, registry)) {
    gateway.base_url = std::move(*base_url);
  } else {
    gateway.problem = "its base URL: " + as_one_text(base_url.error());
    gateway.base_url = without_credentials(gateway.base_url); // it is shown
  }
  const auto has_control_character = [](std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  };
  if (const auto bare = bare_key(gateway.key.reveal());
      bare.size() != gateway.key.reveal().size()) {
    gateway.key = Secret(bare);
  }
  if (gateway.problem.empty()) {
    gateway.problem = fault_of_key(gateway.key.reveal());
  }
  for (const auto& [name, value] : gateway.headers) {
    if (gateway.problem.empty() && (has_control_character(name) || has_control_character(value))) {
      gateway.problem = "one of its headers holds a control character";
    }
  }
  if (gateway.problem.empty() && gateway.key.empty() && !gateway.without_key) {
    gateway.problem = "no key was found beside its base URL";
  }
}

// What limn.yaml says of a gateway holds wherever else the same one was found.
void adopt(Gateway& known, Gateway configured)
{
  known.name = std::move(configured.name);
  known.headers = std::move(configured.headers);
  known.settings = std::move(configured.settings);
  known.allow_plaintext = configured.allow_plaintext;
  known.providers = std::move(configured.providers);
  known.models = std::move(configured.models);
  known.timeout = configured.timeout;
  known.images_per_minute = configured.images_per_minute;
  known.max_in_flight = configured.max_in_flight;
  known.batches = configured.batches;
  known.defaults = std::move(configured.defaults);
}

enum class FoundBy { settings, source };

void add(std::vector<Gateway>& gateways, Gateway gateway, FoundBy found_by)
{
  const auto same = std::find_if(gateways.begin(), gateways.end(), [&](const Gateway& other) {
    return other.base_url == gateway.base_url && other.key == gateway.key
           && other.usable() == gateway.usable()
           && other.problem == gateway.problem; // each is told with its own reason
  });
  if (same != gateways.end()) {
    // Two sources may read one place, as config_yaml and ai_hosts do.
    for (auto& origin : gateway.origins) {
      if (std::ranges::find(same->origins, origin) == same->origins.end()) {
        same->origins.push_back(origin);
      }
    }
    const auto is_taken = [&](const Gateway& other) {
      return &other != &*same && other.name == gateway.name;
    };
    if (found_by == FoundBy::settings && std::none_of(gateways.begin(), gateways.end(), is_taken)) {
      adopt(*same, std::move(gateway));
    }
    return;
  }
  gateway.id = gateway_id(gateway);
  const auto wanted = gateway.name.empty() ? host_of(gateway.base_url) : gateway.name;
  gateway.name = wanted;
  const auto taken = [&](const std::string& name) {
    return std::any_of(gateways.begin(), gateways.end(),
                       [&](const Gateway& other) { return other.name == name; });
  };
  for (int number = 2; taken(gateway.name); ++number) {
    gateway.name = fmt::format("{}-{}", wanted, number);
  }
  gateways.push_back(std::move(gateway));
}

} // namespace

Discovered discover(const Settings& settings, Registry& registry, HostServices& services)
{
  Discovered discovered;
  const auto take = [&](Gateway gateway, FoundBy found_by) {
    normalise(gateway, registry);
    add(discovered.gateways, std::move(gateway), found_by);
  };
  for (const auto& id : settings.sources) {
    if (id == k_own_source) {
      for (const auto& gateway : settings.gateways) {
        take(from_settings(gateway, discovered.warnings), FoundBy::settings);
      }
      continue;
    }
    const auto [source_id, part] = source_and_part(id);
    auto source = registry.config_source(source_id);
    if (!source) {
      discovered.warnings.push_back(
        {fmt::format("config source {}: {}", id, as_one_text(source.error())), ""});
      continue;
    }
    services.take_looked_at(); // of others
    auto collected = (*source)->collect(part);
    discovered.looks.push_back({id, services.take_looked_at()});
    for (auto& gateway : collected.gateways) {
      take_key_from_its_place(gateway, discovered.warnings);
      take(std::move(gateway), FoundBy::source);
    }
    if (collected.failure) {
      discovered.warnings.push_back(
        {fmt::format("config source {}: {}", id, as_one_text(*collected.failure)), ""});
    }
  }
  return discovered;
}

} // namespace limn
