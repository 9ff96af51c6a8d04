#include "mcp/serve.hpp"

#include "job/interrupt.hpp"
#include "job/session.hpp"
#include "job/standard_output.hpp"
#include "mcp/stdio.hpp"

#include <unistd.h>

namespace limn {

Done serve_mcp(Session& session, Tools& tools)
{
  LIMN_TRY(check_takes_bytes(STDOUT_FILENO, "standard output"));
  if (::isatty(STDIN_FILENO) == 1) {
    session.terminal().say(LogLevel::info,
                           "an agent speaks to this command: one JSON-RPC message of the Model "
                           "Context Protocol a line; Ctrl-D ends it");
  }
  auto& loop = session.loop();
  McpServer server(tools, session.redactor());
  // A closed terminal ends it as the others do: whoever spoke there has gone.
  const InterruptPipe interrupt(Leaving::after_what_is_charged);
  McpStdio client(loop, server, {STDIN_FILENO, STDOUT_FILENO}, [&loop] { loop.stop(); });
  const auto signals = interrupt.watch(loop, [&client](StopSignal) { client.close(); });
  loop.run();
  return {};
}

} // namespace limn
