#pragma once

#include "engine/engine.hpp"
#include "job/picture_view.hpp"
#include "job/session.hpp"

#include <vector>

namespace limn {

struct FinishedJob {
  JobOutcome outcome;
  int status = 0; // of the command
};

// Takes one job to its end, with progress, Ctrl-C and whoever goes away, and remembers what was
// learnt. Previews are shown where `pictures` are.
FinishedJob run_job(Session& session, Job job, const std::vector<Gateway>& gateways,
                    ImageSink& sink, EngineOptions options, PictureView& pictures,
                    std::string door);

} // namespace limn
