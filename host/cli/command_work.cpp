#include "base/duration.hpp"
#include "batch/open_files.hpp"
#include "cli/commands.hpp"
#include "cli/embedded_sandbox.hpp"
#include "cli/job_options.hpp"
#include "cli/option_checks.hpp"
#include "cli/queue_options.hpp"
#include "http/http_libraries.hpp"
#include "job/left_pictures.hpp"
#include "job/paths.hpp"
#include "job/standard_output.hpp"
#include "queue/postgres/schema.hpp"
#include "queue/queue_worker.hpp"
#include "queue/work_report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace limn {

namespace {

constexpr int k_most_jobs_at_once = 1024;

struct WorkText {
  std::string url;
  int jobs = 4;
  bool sandbox = false;
  std::optional<std::uint16_t> metrics_port;
  std::string metrics_address = "127.0.0.1";
  int batch_jobs = LaneOptions().most_jobs;
  std::string batch_pause = "15s";
};

// What may be said at once is said before anything is claimed. Returns the queue's identity.
Result<std::string> look_at_queue(const Secret& url, Terminal& terminal)
{
  LIMN_TRY_ASSIGN(auto connection, PgBlockingConnection::open(url));
  LIMN_TRY(check_queue(connection));
  LIMN_TRY_ASSIGN(const auto fsync, connection.run({"show fsync", {}}));
  if (fsync.text(0, 0) != "on") {
    terminal.say(LogLevel::warning,
                 "the queue's database has fsync off: after a power cut there it "
                 "may not know what was paid for");
  }
  LIMN_TRY_ASSIGN(const auto identity, connection.run({"select identity from limn_queue", {}}));
  return identity.text(0, 0);
}

Result<int> work_on_queue(const Invocation& invocation, const WorkText& text)
{
  LIMN_TRY(load_http_libraries());
  const auto pause = parse_duration(text.batch_pause);
  if (!pause || pause->count() <= 0) {
    return fail(FailureClass::usage, "--batch-pause takes a duration, such as 15s");
  }
  LIMN_TRY_ASSIGN(const auto url, queue_address(text.url, invocation.redactor));
  LIMN_TRY_ASSIGN(const auto identity, look_at_queue(url, invocation.terminal));
  LIMN_TRY(check_standard_output());
  LIMN_TRY_ASSIGN(
    const auto session,
    open_session(invocation, {Needed::all, {}, text.sandbox ? Memory::none : Memory::kept}));
  LIMN_TRY(allow_open_files(text.jobs, 1));
  std::optional<EmbeddedSandbox> embedded;
  if (text.sandbox) {
    LIMN_TRY_ASSIGN(embedded, start_sandbox(session->loop()));
  }
  LIMN_TRY_ASSIGN(auto line, PgLine::open(session->loop(), url));
  std::unique_ptr<LeftUploads> left;
  QueueWorkerOptions options{text.jobs,
                             nullptr,
                             LaneOptions{text.batch_jobs, *pause},
                             work_journals(state_folder(), identity),
                             {}};
  if (embedded) {
    options.sandbox = &embedded->gateway;
  } else {
    options.witnessed = [&] { left = bring_left_pictures(*session, Tries::without_end); };
  }
  QueueWorker worker(*session, std::move(line), std::move(options));
  if (text.metrics_port) {
    LIMN_TRY_ASSIGN(const auto metrics,
                    worker.tell_metrics(text.metrics_address, *text.metrics_port));
    invocation.terminal.say(LogLevel::info, fmt::format("metrics: {}", metrics));
  }
  const auto outcome = worker.run();
  if (outcome.failure) {
    return fail(*outcome.failure);
  }
  report_work(invocation.out, invocation.terminal, invocation.global, outcome);
  return 0;
}

} // namespace

Command work_command()
{
  const auto text = std::make_shared<WorkText>();
  Command command{"work", "draw what waits in a queue, until SIGTERM or until it is drained"};
  command.examples = {"limn work --queue postgresql://limn@db/limn --jobs 16"};
  command.add_options = [text](CLI::App& app) {
    add_queue_option(app, text->url);
    app.add_option("-j,--jobs", text->jobs, "how many jobs are in flight, 1 to 1024")
      ->type_name("N")
      ->check(CLI::Range(1, k_most_jobs_at_once))
      ->capture_default_str();
    app
      .add_option("--batch-jobs", text->batch_jobs,
                  "how many jobs of --lane batch go into one batch, 1 to 50000")
      ->type_name("N")
      ->check(CLI::Range(1, k_most_lane_lines))
      ->capture_default_str();
    app
      .add_option("--batch-pause", text->batch_pause,
                  "between the first looks at a batch; later ones come less often")
      ->type_name("TIME")
      ->capture_default_str();
    app
      .add_option("--metrics-port", text->metrics_port,
                  "tell what is counted at /metrics there, for Prometheus; 0: any free one")
      ->type_name("N");
    app
      .add_option("--metrics-listen", text->metrics_address,
                  "the address for that, in numbers [127.0.0.1]")
      ->type_name("ADDRESS")
      ->check(k_not_empty)
      ->needs("--metrics-port");
    app
      .add_flag("--sandbox", text->sandbox,
                "draw with the built-in sandbox: no gateway, no key, no cost")
      ->group(k_artist);
  };
  command.run = [text](const Invocation& invocation) { return work_on_queue(invocation, *text); };
  return command;
}

} // namespace limn
