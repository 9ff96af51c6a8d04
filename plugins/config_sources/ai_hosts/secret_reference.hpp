#pragma once

#include "config_sources/common/written_gateway.hpp"

#include <yaml-cpp/yaml.h>

namespace limn::ai_hosts {

// A key that is written as a mapping with `source`: {source: env, id: NAME}, {source: file, value:
// KEY}, {source: file, provider: P, id: /pointer}, which leads into the file that
// `secrets.providers.P` of `root` names, {source: exec, ...}, which is not run, or a place that
// limn does not read. Says in `written` what is known. `read_file` may be empty: then no file is
// read.
void read_secret_reference(const YAML::Node& reference, const YAML::Node& root,
                           const host_files::Lookup& read_file,
                           host_files::WrittenGateway& written);

} // namespace limn::ai_hosts
