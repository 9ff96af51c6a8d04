#pragma once

#include "model/gateway.hpp"
#include "plugin/registry.hpp"
#include "settings/settings.hpp"

#include <string>
#include <vector>

namespace limn {

// What could not be read, or others can read; one line.
struct DiscoveryWarning {
  std::string text;
  std::string gateway; // that of limn.yaml that it is about; empty: a config source
};

struct Discovered {
  std::vector<Gateway>
    gateways; // in the order of `sources`, names unique, those with a problem included
  std::vector<DiscoveryWarning> warnings;
};

// Runs the config sources of `settings.sources`, `limn` among them standing for the gateways of
// limn.yaml, and makes one list of what they found: base URLs normalised, the same URL and key
// found twice merged into one gateway with two origins.
Discovered discover(const Settings& settings, Registry& registry);

} // namespace limn
