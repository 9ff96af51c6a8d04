#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>

namespace limn::ai_hosts {

// JSON with comments and commas too many, as a tree of YAML, which everything is that hosts write.
// Numbers keep their text. Of a member that is there twice both are in it, as in YAML.
// Throws host_files::ParseFault.
YAML::Node parse_json(std::string_view content);

} // namespace limn::ai_hosts
