#pragma once

#include "fallback/engine.hpp"
#include "session.hpp"

#include <vector>

namespace limn {

// Takes one job to its end, with progress and Ctrl-C, and remembers what was learnt.
Result<JobOutcome> run_job(Session& session, Learnt& learnt, Job job,
                           const std::vector<Gateway>& gateways, ImageStore store,
                           EngineOptions options);

// The store for where the user wants this job's images: -o, else -d, else the setting, else the
// current folder.
ImageStore image_store(const Session& session, const GenerateOptions& options);

} // namespace limn
