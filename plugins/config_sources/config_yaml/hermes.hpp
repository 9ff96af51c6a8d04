#pragma once

#include "config_sources/config_yaml/written_gateway.hpp"

#include <yaml-cpp/yaml.h>

#include <vector>

namespace limn::config_yaml {

// The gateways of Hermes' config.yaml: `model`, `auxiliary.vision`, each of `providers`, each of
// `custom_providers`. An entry without a base URL of its own is none: its key may not go elsewhere.
std::vector<WrittenGateway> hermes_gateways(const YAML::Node& root);

} // namespace limn::config_yaml
