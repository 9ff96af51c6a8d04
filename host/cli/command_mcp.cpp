#include "cli/agent_options.hpp"
#include "cli/commands.hpp"
#include "mcp/image_tools.hpp"
#include "mcp/serve.hpp"

#include <memory>

namespace limn {

namespace {

Result<int> serve_agents(const Invocation& invocation, const AgentLimitsText& text)
{
  LIMN_TRY_ASSIGN(const auto limits, read_agent_limits(text));
  LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
  ImageTools tools(*session, limits);
  LIMN_TRY(serve_mcp(*session, tools));
  session->host().remember();
  return 0;
}

} // namespace

Command mcp_command()
{
  const auto text = std::make_shared<AgentLimitsText>();
  Command command{"mcp", "let an agent draw: serve the Model Context Protocol on standard input"};
  command.examples = {"limn mcp config claude-code --write", "limn mcp check",
                      "limn mcp --max-cost 0.25 --max-cost-per-day 5"};
  command.words = {mcp_config_command(), mcp_check_command()};
  command.add_options = [text](CLI::App& app) { add_agent_options(app, *text); };
  command.run = [text](const Invocation& invocation) { return serve_agents(invocation, *text); };
  return command;
}

} // namespace limn
