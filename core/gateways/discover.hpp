#pragma once

#include "model/gateway.hpp"
#include "plugin/host_services.hpp"
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

  // What a config source looked at, whether it found something there or not.
  struct Look {
    std::string source;
    std::vector<LookedAt> at;
  };
  std::vector<Look> looks; // in the order of `sources`; none of `limn`
};

// Runs the config sources of `settings.sources`, `limn` among them standing for the gateways of
// limn.yaml, and makes one list of what they found: base URLs normalised, the same URL and key
// found twice merged into one gateway with two origins.
// `services`: those that the plugins of the registry were given.
Discovered discover(const Settings& settings, Registry& registry, HostServices& services);

} // namespace limn
