#include "cli/batch_options.hpp"

#include "cli/job_options.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "job/job_check.hpp"
#include "settings/duration_text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <utility>

namespace limn {

void add_batch_options(CLI::App& command, BatchText& text)
{
  auto& options = text.options;
  command
    .add_option(
      "file", options.file,
      "a prompt a line, where blank lines and those that begin with # are left out; or, where "
      "the first line begins with \" or {, JSON lines: a prompt in quotes, or an object with "
      "a prompt, an id, an output and options of generate; - reads standard input")
    ->required()
    ->check(takes(ValueKind::file));
  command.option_defaults()->group("The batch");
  command.add_option("-j,--jobs", options.jobs, "how many items are in flight, 1 to 1024")
    ->type_name("N")
    ->capture_default_str();
  command
    .add_option("--manifest", options.manifest,
                "write a JSON line here for each item as it ends, to go on with --resume")
    ->type_name("FILE")
    ->check(k_not_empty);
  command.add_flag("--resume", text.resume,
                   "go on with a manifest: draw what is missing and nothing twice");
  command.add_flag("--fail-fast", text.fail_fast, "begin no more items after one that failed");
  command
    .add_option(
      "--grace", text.grace,
      "how long after Ctrl-C what is in flight may still take, up to 24h: seconds, or 90s, "
      "10m, 1h30m; a second Ctrl-C cancels it")
    ->type_name("TIME")
    ->capture_default_str();
  add_job_options(command, options.defaults, OutputFile::of_each_item);
  command.option_defaults()->group(k_limits);
  command
    .add_option("--max-cost", text.max_cost,
                "begin no item that could bring the cost above so many US dollars, earlier runs "
                "of the manifest included")
    ->type_name("USD");
  command.add_flag("--dry-run", options.dry_run,
                   "tell how many items would be drawn and what they would cost at the dearest of "
                   "their gateways, and ask nobody");
  command
    .add_flag("--sandbox", options.sandbox,
              "draw with the built-in sandbox: no gateway, no key, no cost")
    ->group(k_artist);
}

Result<BatchOptions> finish_batch(BatchText text)
{
  constexpr int k_most_jobs = 1024;
  auto& options = text.options;
  if (options.jobs < 1 || options.jobs > k_most_jobs) {
    return fail(FailureClass::usage,
                fmt::format("jobs: {} is not from 1 to {}", options.jobs, k_most_jobs));
  }
  LIMN_TRY_ASSIGN(options.grace, read_duration_text("grace", text.grace, Zero::allowed));
  if (text.resume && options.manifest.empty()) {
    return fail(FailureClass::usage, "--resume needs the manifest of the run to go on with",
                "--manifest FILE");
  }
  if (!text.max_cost.empty()) {
    LIMN_TRY_ASSIGN(options.max_cost, read_usd_text("max-cost", text.max_cost));
  }
  options.resume = text.resume ? Resume::yes : Resume::no;
  options.after_failure = text.fail_fast ? AfterFailure::begin_no_more : AfterFailure::go_on;
  return std::move(options);
}

} // namespace limn
