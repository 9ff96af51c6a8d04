#pragma once

#include "base/result.hpp"
#include "mcp/image_tools.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace limn {

// What a command that serves agents is told of their limits.
struct AgentLimitsText {
  std::optional<std::string> max_cost;
  std::optional<std::string> max_cost_per_day;
};

// `text` outlives the command line.
void add_agent_options(CLI::App& app, AgentLimitsText& text);

// FailureClass::usage for what is no amount.
Result<AgentLimits> read_agent_limits(const AgentLimitsText& text);

} // namespace limn
