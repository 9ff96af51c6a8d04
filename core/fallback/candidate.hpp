#pragma once

#include "discovery/learnt.hpp"
#include "fallback/engine.hpp"
#include "fallback/engine_parts.hpp"
#include "fallback/rate_gate.hpp"
#include "model/gateway.hpp"
#include "settings/settings.hpp"

#include <string>
#include <vector>

namespace limn {

// A gateway on its way through one job.
struct Candidate {
  Gateway as_found;  // what it taught is kept under this one
  Gateway gateway;   // as it is asked: the base URL may have been corrected
  std::string model; // to ask for; empty until it is decided
};

// Those of `gateways` that can be used, with what was learnt of them, in the order in which they
// are asked: with Strategy::spread the one that has least to do goes first; those that were out of
// credit lately go last, which is told to `observer`.
std::vector<Candidate> candidates_of(const std::vector<Gateway>& gateways, const EngineParts& parts,
                                     const EngineOptions& options, EngineObserver& observer);

// How much the gateway takes: what limn.yaml says of it, or of all, else what it said itself.
RateLimits rate_limits(const Gateway& as_found, Learnt& learnt, const Settings& settings);

// The models to ask it for, the first one that it lists: the user's for this run, else the
// gateway's, else the settings'.
std::vector<std::string> wanted_models(const Gateway& gateway, const EngineOptions& options,
                                       const Settings& settings);

// The providers to try on it, likewise; those whose endpoint was missing lately go last.
std::vector<std::string> wanted_providers(const Gateway& gateway, const Learnt& learnt,
                                          const EngineOptions& options, const Settings& settings);

} // namespace limn
