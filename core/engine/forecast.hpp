#pragma once

#include "engine/candidate.hpp"
#include "model/job.hpp"
#include "plugin/registry.hpp"

#include <optional>
#include <string>
#include <vector>

namespace limn {

// One thing that would be tried.
struct PlannedAttempt {
  Gateway gateway; // as it would be asked
  std::string provider;
  std::string model;
  std::string size;                  // empty: none is sent
  Job job;                           // as this gateway would be asked for it
  std::vector<std::string> left_out; // parameters that it refused lately
  int previews = 0;                  // of each image, that it would be asked for
  Cost cost;                         // should it be the one that draws

  // That is sent; empty: it is left to the gateway.
  std::string quality() const;
};

struct Forecast {
  std::vector<PlannedAttempt> attempts; // in order, each after the one before was refused
  std::optional<Failure> problem;       // why there is none, where a provider is to blame
  std::vector<std::string> notices;     // what is done otherwise than asked, each once
};

// Of what might be tried, the dearest; unknown where that of one is.
Cost dearest(const Forecast& forecast);

// What an engine with these standings would do now with this job; it decides with the engine's own
// code. Asks nobody: what only an answer can tell, such as which of several models is listed, is as
// if the first were right. Nothing is remembered.
Forecast forecast(const Job& job, const std::vector<Gateway>& gateways,
                  const EngineOptions& options, Registry& registry, const Standings& standings);

} // namespace limn
