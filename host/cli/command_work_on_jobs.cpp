#include "cli/commands.hpp"
#include "work/worker.hpp"
#include "work/worker_process.hpp"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <string>
#include <utility>

namespace limn {

namespace {

int work(const Invocation& invocation)
{
  Descriptor desk(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  auto session = open_session(invocation, Needs{});
  if (!session) {
    refuse_jobs(std::move(desk), invocation.redactor, session.error());
    return 1;
  }
  Worker(**session, std::move(desk)).run();
  return 0;
}

} // namespace

Command work_on_jobs_command()
{
  Command command{std::string(k_work_command), "work on jobs that were put by another limn"};
  command.is_hidden = true;
  command.run = [](const Invocation& invocation) -> Result<int> { return work(invocation); };
  return command;
}

} // namespace limn
