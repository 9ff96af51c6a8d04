#include "fallback/candidate.hpp"

#include "fallback/lessons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>

namespace limn {

namespace {

// The one to begin at goes to the front.
void begin_where_there_is_room(std::span<Candidate> candidates, const EngineParts& parts)
{
  if (parts.settings.strategy != Strategy::spread || candidates.size() < 2) {
    return;
  }
  std::vector<GatewayLoad> loads;
  for (const auto& one : candidates) {
    loads.push_back({parts.spread.jobs(one.as_found),
                     rate_limits(one.as_found, parts.learnt, parts.settings),
                     parts.rate_gate.is_closed(one.as_found)});
  }
  const auto first =
    candidates.begin() + static_cast<std::ptrdiff_t>(least_loaded(loads, parts.spread.next_turn()));
  std::rotate(candidates.begin(), first, first + 1);
}

} // namespace

std::vector<Candidate> candidates_of(const std::vector<Gateway>& gateways, const EngineParts& parts,
                                     const EngineOptions& options, EngineObserver& observer)
{
  const auto& learnt = parts.learnt;
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
  begin_where_there_is_room({candidates.begin(), last}, parts);
  return candidates;
}

RateLimits rate_limits(const Gateway& as_found, Learnt& learnt, const Settings& settings)
{
  const auto said =
    as_found.images_per_minute ? as_found.images_per_minute : settings.images_per_minute;
  const auto told =
    said ? said : Lessons(learnt, std::chrono::seconds(0)).images_per_minute(as_found);
  return {told.value_or(0), as_found.max_in_flight.value_or(settings.max_in_flight.value_or(0))};
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
