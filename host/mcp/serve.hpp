#pragma once

#include "base/result.hpp"

namespace limn {

class Session;
class Tools;

// Serves the client at standard input and output, until it has gone or a signal says so: neither is
// a failure. The tools are told of what nobody waits for any more. Fails before anything is read
// where standard output takes nothing.
Done serve_mcp(Session& session, Tools& tools);

} // namespace limn
