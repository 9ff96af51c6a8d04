#include "cli/commands.hpp"
#include "work/worker.hpp"
#include "work/worker_process.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace limn {

Command work_command()
{
  const auto job = std::make_shared<std::string>();
  Command command{std::string(k_work_command), "work on a job that was put by another limn"};
  command.is_hidden = true;
  command.add_options = [job](CLI::App& app) { app.add_option("job", *job, "its id")->required(); };
  command.run = [job](const Invocation& invocation) -> Result<int> {
    const auto done =
      work_on(*job, invocation.redactor, [&] { return open_session(invocation, Needs{}); });
    if (!done) { // who started us reads it
      invocation.out.line(done.error().message);
      return 1;
    }
    return 0;
  };
  return command;
}

} // namespace limn
