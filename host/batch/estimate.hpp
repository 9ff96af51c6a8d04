#pragma once

#include "batch/options.hpp"
#include "model/cost.hpp"
#include "model/gateway.hpp"
#include "settings/settings.hpp"

#include <vector>

namespace limn {

// What a job costs on the dearest of its gateways and models. With --allow-duplicate-charge an
// image may be paid for more than once; it is counted once.
Cost estimate_of(const GenerateOptions& job, const std::vector<Gateway>& gateways,
                 const Settings& settings);

} // namespace limn
