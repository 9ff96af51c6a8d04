#include "cli/commands.hpp"
#include "job/job_check.hpp"
#include "mcp/image_tools.hpp"
#include "mcp/serve.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>

namespace limn {

namespace {

struct Text {
  std::optional<std::string> max_cost;
  std::optional<std::string> max_cost_per_day;
};

Result<int> serve_agents(const Invocation& invocation, const Text& text)
{
  AgentLimits limits;
  LIMN_TRY_ASSIGN(limits.max_cost, read_usd_option("max-cost", text.max_cost));
  LIMN_TRY_ASSIGN(limits.max_cost_per_day,
                  read_usd_option("max-cost-per-day", text.max_cost_per_day));
  LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
  ImageTools tools(*session, limits);
  LIMN_TRY(serve_mcp(*session, tools));
  session->host().remember();
  return 0;
}

} // namespace

Command mcp_command()
{
  const auto text = std::make_shared<Text>();
  Command command{"mcp", "let an agent draw: serve the Model Context Protocol on standard input"};
  command.examples = {"limn mcp config claude-code --write", "limn mcp check",
                      "limn mcp --max-cost 0.25 --max-cost-per-day 5"};
  command.words = {mcp_config_command(), mcp_check_command()};
  command.add_options = [text](CLI::App& app) {
    app
      .add_option("--max-cost", text->max_cost,
                  "US dollars that a call may cost (default: mcp.max_cost of limn.yaml, none)")
      ->type_name("USD");
    app
      .add_option("--max-cost-per-day", text->max_cost_per_day,
                  "US dollars that all calls of a day may cost, from midnight UTC (default: "
                  "mcp.max_cost_per_day, none)")
      ->type_name("USD");
  };
  command.run = [text](const Invocation& invocation) { return serve_agents(invocation, *text); };
  return command;
}

} // namespace limn
