#include "cli/agent_options.hpp"

#include "job/job_check.hpp"

namespace limn {

namespace {

Result<std::optional<NanoUsd>> read_limit(std::string_view name,
                                          const std::optional<std::string>& text)
{
  if (!text) {
    return std::optional<NanoUsd>();
  }
  LIMN_TRY_ASSIGN(const auto amount, read_usd_text(name, *text));
  return std::optional(amount);
}

} // namespace

void add_agent_options(CLI::App& app, AgentLimitsText& text)
{
  app
    .add_option("--max-cost", text.max_cost,
                "US dollars that a call of an agent may cost (default: mcp.max_cost of limn.yaml, "
                "none)")
    ->type_name("USD");
  app
    .add_option("--max-cost-per-day", text.max_cost_per_day,
                "US dollars that all calls of agents may cost in a day, from midnight UTC "
                "(default: mcp.max_cost_per_day, none)")
    ->type_name("USD");
}

Result<AgentLimits> read_agent_limits(const AgentLimitsText& text)
{
  AgentLimits limits;
  LIMN_TRY_ASSIGN(limits.max_cost, read_limit("max-cost", text.max_cost));
  LIMN_TRY_ASSIGN(limits.max_cost_per_day, read_limit("max-cost-per-day", text.max_cost_per_day));
  return limits;
}

} // namespace limn
