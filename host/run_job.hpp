#pragma once

#include "fallback/engine.hpp"
#include "session.hpp"

#include <vector>

namespace limn {

// Takes one job to its end, with progress and Ctrl-C, and remembers what was learnt.
Result<JobOutcome> run_job(Session& session, Learnt& learnt, Job job,
                           const std::vector<Gateway>& gateways, ImageStore store,
                           EngineOptions options);

} // namespace limn
