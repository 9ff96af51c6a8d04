#pragma once

#include "model/gateway.hpp"
#include "model/job.hpp"
#include "settings/settings.hpp"

#include <string_view>

namespace limn {

// The job as this gateway is asked for it with that model: what the user leaves unsaid is as the
// gateway's defaults have it, else the general ones, else as usual. A default that goes against
// what was said, or against one before it, is left out: no transparency with jpeg, no compression
// but with a format that has one. `hd` and `standard` of the defaults are the words that gpt-image
// models have for them.
Job asked_job(const Job& job, const Gateway& gateway, std::string_view model,
              const Settings& settings);

// How many images are wanted, whoever is asked.
int wanted_count(const Job& job, const Settings& settings);

} // namespace limn
