#include "discovery/discover.hpp"

#include "discovery/base_url.hpp"
#include "discovery/key.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

constexpr std::string_view k_own_source = "limn"; // the gateways of limn.yaml

Gateway from_settings(const GatewaySettings& settings, std::vector<std::string>& warnings)
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
  if (!settings.without_key) {
    auto key = resolve_key(settings, warnings);
    if (key) {
      gateway.key = std::move(*key);
    } else {
      gateway.problem = key.error().message;
    }
  }
  return gateway;
}

void normalise(Gateway& gateway)
{
  if (gateway.base_url.empty()) {
    gateway.problem = gateway.problem.empty() ? "it has no base URL" : gateway.problem;
    return;
  }
  if (auto base_url = normalised_base_url(gateway.base_url)) {
    gateway.base_url = std::move(*base_url);
  } else {
    gateway.problem = "its base URL: " + base_url.error().message;
    gateway.base_url = without_credentials(gateway.base_url); // it is shown
  }
  if (gateway.problem.empty() && gateway.key.empty() && !gateway.without_key) {
    gateway.problem = "no key was found beside its base URL";
  }
}

void add(std::vector<Gateway>& gateways, Gateway gateway)
{
  const auto same = std::find_if(gateways.begin(), gateways.end(), [&](const Gateway& other) {
    return other.base_url == gateway.base_url && other.key == gateway.key
           && other.usable() == gateway.usable();
  });
  if (same != gateways.end()) {
    same->origins.insert(same->origins.end(), gateway.origins.begin(), gateway.origins.end());
    return;
  }
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

Discovered discover(const Settings& settings, Registry& registry)
{
  Discovered discovered;
  const auto take = [&](Gateway gateway) {
    normalise(gateway);
    add(discovered.gateways, std::move(gateway));
  };
  for (const auto& id : settings.sources) {
    if (id == k_own_source) {
      for (const auto& gateway : settings.gateways) {
        take(from_settings(gateway, discovered.warnings));
      }
      continue;
    }
    auto source = registry.config_source(id);
    if (!source) {
      discovered.warnings.push_back(
        fmt::format("config source {}: {}", id, source.error().message));
      continue;
    }
    auto collected = (*source)->collect();
    for (auto& gateway : collected.gateways) {
      take(std::move(gateway));
    }
    if (collected.failure) {
      discovered.warnings.push_back(
        fmt::format("config source {}: {}", id, collected.failure->message));
    }
  }
  return discovered;
}

} // namespace limn
