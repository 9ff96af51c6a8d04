#pragma once

#include "base/result.hpp"
#include "job/options.hpp"
#include "job/paths.hpp"

#include <string>
#include <vector>

namespace limn {

// What a run of limn prints where an MCP host starts it: with these variables alone (those that the
// MCP SDKs hand on, DEFAULT_INHERITED_ENV_VARS), and in the root folder, as some do.
// `more` are those that the registration names besides, "NAME=value".
// FailureClass::internal where it cannot be started or does not end within half a minute.
Result<std::string> output_at_a_host(const std::vector<std::string>& words,
                                     const std::vector<std::string>& more);

// Variables that limn, libcurl, or what limn reads takes notice of, which are set here and do not
// arrive there.
std::vector<std::string> lost_variables();

} // namespace limn
