#pragma once

#include "engine/engine.hpp"
#include "engine/plan.hpp"
#include "engine/rate_gate.hpp"
#include "engine/spread.hpp"
#include "memory/learnt.hpp"
#include "memory/lessons.hpp"
#include "model/gateway.hpp"
#include "model/job.hpp"
#include "plugin/registry.hpp"
#include "settings/settings.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// A gateway on its way through one job.
struct Candidate {
  Gateway gateway;   // as it is asked: the base URL may have been corrected
  std::string model; // to ask for; empty until it is decided
};

// What decides on the order of gateways. Borrowed.
struct Standings {
  Learnt& learnt;
  const Settings& settings;
  RateGate& rate_gate;
  Spread& spread;
};

// Those of `gateways` that can be used, with what was learnt of them, in the order in which they
// are asked: with Strategy::spread the one that has least to do goes first; those that were out of
// credit lately go last, which is told to `noticed`.
std::vector<Candidate> candidates_of(const std::vector<Gateway>& gateways,
                                     const Standings& standings, const EngineOptions& options,
                                     const std::function<void(const std::string&)>& noticed);

// All that can be tried of a job with these candidates, in order.
Plan plan_of(const std::vector<Candidate>& candidates, const Job& job, const Learnt& learnt,
             const EngineOptions& options, const Settings& settings);

// How much the gateway takes: what limn.yaml says of it, or of all, else what it said itself.
RateLimits rate_limits(const Gateway& gateway, Learnt& learnt, const Settings& settings);

// How long one attempt there may take in all: what the user said, else the usual time, or what its
// provider knows to be needed (GatewayTerms::longest_attempt) where that is longer.
std::chrono::milliseconds time_of_attempt(const Gateway& gateway, const EngineOptions& options,
                                          const Settings& settings);

// The models to ask it for, the first one that it lists: the user's for this run, else the
// gateway's, else the settings'.
std::vector<std::string> wanted_models(const Gateway& gateway, const EngineOptions& options,
                                       const Settings& settings);

// The id to ask it for, where that is known without a question.
std::optional<std::string> known_model(const Candidate& candidate, const Lessons& lessons,
                                       const EngineOptions& options, const Settings& settings);

// Whether the size that the plan is at was refused lately, and is not asked for again: only while
// there is a smaller one to ask for.
bool is_skipped(const Plan& plan, const Candidate& candidate, const Lessons& lessons);
std::string skipped_text(const Plan& plan, const Candidate& candidate);

// Why this provider cannot be asked for the job at all; nothing: it can.
std::optional<Failure> cannot_do(const Job& job, const std::string& provider, Registry& registry);

// How many previews of each image are asked for: they come in a stream, and not from every
// provider.
int previews_of(const Job& job, const Provider& provider, const std::vector<std::string>& left_out);

// The providers that are written down for it: the gateway's, else the settings'. Not empty.
const std::vector<std::string>& listed_providers(const Gateway& gateway, const Settings& settings);

// The providers to try on it, likewise; those whose endpoint was missing lately go last.
std::vector<std::string> wanted_providers(const Gateway& gateway, const Learnt& learnt,
                                          const EngineOptions& options, const Settings& settings);

} // namespace limn
