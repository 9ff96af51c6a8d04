#pragma once

#include "engine/engine.hpp"
#include "engine/forecast.hpp"
#include "model/cost.hpp"

#include <vector>

namespace limn {

// What a job costs on the dearest of its gateways and models. With permission to be charged twice
// an image may be paid for more than once; it is counted once.
Cost estimate_of(const Job& job, const std::vector<Gateway>& gateways, const EngineOptions& options,
                 const Settings& settings);

// What a planned attempt costs, should it be the one that draws.
Cost estimate_of(const PlannedAttempt& attempt, const Settings& settings);

} // namespace limn
