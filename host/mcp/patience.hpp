#pragma once

#include "mcp/tools.hpp"

#include <chrono>
#include <optional>

namespace limn {

// How long a call may wait for its picture before this client gives it up: what the settings say,
// else what is known of it, else 45 s, which all but the most impatient allow.
std::chrono::seconds patience_with(const McpClient& client, bool wants_progress,
                                   std::optional<std::chrono::seconds> setting);

} // namespace limn
