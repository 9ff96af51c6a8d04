#pragma once

#include <yaml-cpp/yaml.h>

#include <string_view>

namespace limn::ai_hosts {

// TOML as a tree of YAML. Numbers, dates and flags are texts. Throws host_files::ParseFault.
YAML::Node parse_toml(std::string_view content);

} // namespace limn::ai_hosts
