#pragma once

#include "engine/engine_host.hpp"

#include <string>
#include <vector>

namespace limn {

// That the files which the command line names are what they should be: plugins (`--plugin`) and
// certificates (`--cacert`). FailureClass::usage; nothing of them is run.
Done check_named_files(const EngineHostOptions& options);

enum class Needed { sources, all };

// That the components which settings and command line name are there and take their settings, so
// that no other one is used, and paid for, in their place. Names file, line and column. Where all
// are there nothing is loaded that would not be in use, but what has settings. `providers`: of
// `--provider`.
Done check_named_components(EngineHost& host, Needed needed,
                            const std::vector<std::string>& providers);

} // namespace limn
