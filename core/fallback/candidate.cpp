#include "fallback/candidate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace limn {

std::vector<Candidate> candidates_of(const std::vector<Gateway>& gateways, const Learnt& learnt,
                                     const EngineOptions& options, EngineObserver& observer)
{
  const auto now = std::chrono::system_clock::now();
  std::vector<Candidate> candidates;
  for (const auto& gateway : gateways) {
    if (!gateway.usable()) {
      continue;
    }
    Candidate candidate{gateway, gateway, {}};
    auto base_url = learnt.value(gateway, Fact::Kind::base_url, "", now);
    if (base_url && options.verify != VerifyMode::always) {
      candidate.gateway.base_url = std::move(*base_url);
    }
    candidates.push_back(std::move(candidate));
  }
  const auto last =
    std::stable_partition(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
      return !learnt.has(candidate.as_found, Fact::Kind::billing, "", "", now);
    });
  for (auto broke = last; broke != candidates.end() && candidates.size() > 1; ++broke) {
    observer.noticed(
      fmt::format("{} was out of credit a while ago and is asked last", broke->gateway.name));
  }
  return candidates;
}

std::vector<std::string> wanted_models(const Gateway& gateway, const EngineOptions& options,
                                       const Settings& settings)
{
  if (!options.models.empty()) {
    return options.models;
  }
  return gateway.models.empty() ? settings.models : gateway.models;
}

std::vector<std::string> wanted_providers(const Gateway& gateway, const Learnt& learnt,
                                          const EngineOptions& options, const Settings& settings)
{
  auto providers = !options.providers.empty()   ? options.providers
                   : !gateway.providers.empty() ? gateway.providers
                                                : settings.providers;
  const auto now = std::chrono::system_clock::now();
  std::stable_partition(providers.begin(), providers.end(), [&](const std::string& id) {
    return !learnt.has(gateway, Fact::Kind::endpoint_missing, id, "", now);
  });
  return providers;
}

} // namespace limn
