#pragma once

#include "base/failure.hpp"
#include "gateways/discover.hpp"
#include "settings/load.hpp"

#include <string>
#include <vector>

namespace limn {

bool is_wanted(const Gateway& gateway, const std::vector<std::string>& names);

// Why there is nobody to ask: every place that was looked at, and the shortest way to a gateway; or
// what is wrong with those that were found. `names`: those that were asked for; empty: all.
Failure nothing_to_ask(const Discovered& discovered, const Settings& settings,
                       const SettingsFiles& files, const std::vector<std::string>& names);

} // namespace limn
