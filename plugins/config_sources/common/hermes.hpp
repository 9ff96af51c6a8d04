#pragma once

#include "config_sources/common/file_reading.hpp"

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>
#include <vector>

namespace limn::host_files {

// The gateways of Hermes' config.yaml: `model`, `auxiliary.vision`, each of `providers`, each of
// `custom_providers`. An entry without a base URL of its own is none: its key may not go elsewhere.
// Any of them may be a text that holds JSON, as `hermes config set` writes it; what makes no sense
// is told in `remarks`, a line each.
std::vector<WrittenGateway> hermes_gateways(const YAML::Node& root,
                                            std::vector<std::string>& remarks);

// Whether what lies there, such as "providers.work.base_url", is among them.
bool is_of_a_hermes_gateway(std::string_view path);

// Reads them from $HERMES_HOME or ~/.hermes, with the variables of the .env beside, which win over
// those of the environment.
void collect_hermes(const sdk::Host& host, FileReading& reading);

} // namespace limn::host_files
