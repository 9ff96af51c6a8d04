#include "engine/candidate.hpp"

#include "base/contains.hpp"
#include "engine/asked_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <span>

namespace limn {

namespace {

// The one to begin at goes to the front.
void begin_where_there_is_room(std::span<Candidate> candidates, const Standings& standings)
{
  if (standings.settings.strategy != Strategy::spread || candidates.size() < 2) {
    return;
  }
  std::vector<GatewayLoad> loads;
  for (const auto& one : candidates) {
    loads.push_back({standings.spread.jobs(one.gateway),
                     rate_limits(one.gateway, standings.learnt, standings.settings),
                     standings.rate_gate.is_closed(one.gateway)});
  }
  const auto first =
    candidates.begin()
    + static_cast<std::ptrdiff_t>(least_loaded(loads, standings.spread.next_turn()));
  std::rotate(candidates.begin(), first, first + 1);
}

} // namespace

std::vector<Candidate> candidates_of(const std::vector<Gateway>& gateways,
                                     const Standings& standings, const EngineOptions& options,
                                     const std::function<void(const std::string&)>& noticed)
{
  const auto& learnt = standings.learnt;
  const auto now = std::chrono::system_clock::now();
  std::vector<Candidate> candidates;
  for (const auto& gateway : gateways) {
    if (!gateway.usable()) {
      continue;
    }
    Candidate candidate{gateway, {}};
    auto base_url = learnt.value(gateway, Fact::Kind::base_url, "", now);
    if (base_url && options.verify != VerifyMode::always) {
      candidate.gateway.base_url = std::move(*base_url);
    }
    candidates.push_back(std::move(candidate));
  }
  const auto last =
    std::stable_partition(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
      return !learnt.has(candidate.gateway, Fact::Kind::billing, "", "", now);
    });
  for (auto broke = last; broke != candidates.end() && candidates.size() > 1; ++broke) {
    noticed(fmt::format("{} was out of credit a while ago and is asked last (limn forget {} clears "
                        "that)",
                        broke->gateway.name, broke->gateway.name));
  }
  begin_where_there_is_room({candidates.begin(), last}, standings);
  return candidates;
}

Plan plan_of(const std::vector<Candidate>& candidates, const Job& job, const Learnt& learnt,
             const EngineOptions& options, const Settings& settings)
{
  std::vector<Plan::Stop> stops;
  for (const auto& one : candidates) {
    stops.push_back({wanted_providers(one.gateway, learnt, options, settings),
                     size_ladder(asked_job(job, one.gateway, one.model, settings).size,
                                 settings.fallback_sizes)});
  }
  return Plan(std::move(stops));
}

std::optional<std::string> known_model(const Candidate& candidate, const Lessons& lessons,
                                       const EngineOptions& options, const Settings& settings)
{
  const auto wanted = wanted_models(candidate.gateway, options, settings);
  if (options.verify == VerifyMode::never) {
    return wanted.front();
  }
  if (options.verify == VerifyMode::always) {
    return std::nullopt;
  }
  if (auto listed = lessons.listed_as(candidate.gateway, wanted.front())) {
    return listed;
  }
  return lessons.has_no_list(candidate.gateway) ? std::optional(wanted.front()) : std::nullopt;
}

bool is_skipped(const Plan& plan, const Candidate& candidate, const Lessons& lessons)
{
  return plan.has_smaller_size()
         && lessons.refused_size(candidate.gateway, plan.provider(), plan.size());
}

std::string skipped_text(const Plan& plan, const Candidate& candidate)
{
  return fmt::format("{} refused {} lately and is not asked for it (limn forget {} clears that)",
                     candidate.gateway.name, plan.size(), candidate.gateway.name);
}

std::optional<Failure> cannot_do(const Job& job, const std::string& id, Registry& registry)
{
  const auto provider = registry.provider(id);
  if (!provider) {
    return provider.error();
  }
  const auto needed = job.inputs.empty() ? LIMN_CAN_GENERATE : LIMN_CAN_EDIT;
  if (((*provider)->capabilities().flags & needed) != 0) {
    return std::nullopt;
  }
  if (const auto broken = registry.provider(id); !broken) { // over that question
    return broken.error();
  }
  return Failure(
    FailureClass::unsupported,
    fmt::format("{} cannot {}", id, job.inputs.empty() ? "generate" : "work from images"));
}

int previews_of(const Job& job, const Provider& provider, const std::vector<std::string>& left_out)
{
  const bool may_come = job.partial_images > 0 && !contains(left_out, "stream")
                        && (provider.capabilities().flags & LIMN_CAN_STREAM) != 0;
  return may_come ? job.partial_images : 0;
}

RateLimits rate_limits(const Gateway& gateway, Learnt& learnt, const Settings& settings)
{
  const auto said =
    gateway.images_per_minute ? gateway.images_per_minute : settings.images_per_minute;
  const auto told =
    said ? said : Lessons(learnt, std::chrono::seconds(0)).images_per_minute(gateway);
  return {told.value_or(0), gateway.max_in_flight.value_or(settings.max_in_flight.value_or(0))};
}

std::chrono::milliseconds time_of_attempt(const Gateway& gateway, const EngineOptions& options,
                                          const Settings& settings)
{
  if (const auto said = options.timeout ? options.timeout : gateway.timeout) {
    return *said;
  }
  return settings.origins.contains("timeout")
           ? settings.timeout
           : std::max(settings.timeout, gateway.terms.longest_attempt);
}

std::vector<std::string> wanted_models(const Gateway& gateway, const EngineOptions& options,
                                       const Settings& settings)
{
  if (!options.models.empty()) {
    return options.models;
  }
  return gateway.models.empty() ? settings.models : gateway.models;
}

const std::vector<std::string>& listed_providers(const Gateway& gateway, const Settings& settings)
{
  return gateway.providers.empty() ? settings.providers : gateway.providers;
}

std::vector<std::string> wanted_providers(const Gateway& gateway, const Learnt& learnt,
                                          const EngineOptions& options, const Settings& settings)
{
  auto providers =
    options.providers.empty() ? listed_providers(gateway, settings) : options.providers;
  const auto now = std::chrono::system_clock::now();
  std::stable_partition(providers.begin(), providers.end(), [&](const std::string& id) {
    return !learnt.has(gateway, Fact::Kind::endpoint_missing, id, "", now);
  });
  return providers;
}

} // namespace limn
