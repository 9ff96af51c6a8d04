#include "base/terminal_text.hpp"
#include "batch/report.hpp"
#include "cli/commands.hpp"
#include "cli/job_options.hpp"
#include "cli/queue_options.hpp"
#include "job/envelope.hpp"
#include "job/exit_status.hpp"
#include "job/job_check.hpp"
#include "queue/addition.hpp"
#include "queue/postgres/schema.hpp"
#include "queue/report.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

namespace limn {

namespace {

constexpr std::chrono::seconds k_look_again{1};

// What the words of `limn queue` are told.
struct QueueText {
  std::string url;
  std::string max_cost; // "none": no limit
  std::string file;
  std::string lane = "usual";
  JobText defaults;
  std::string state;
  int limit = 100;
  std::vector<std::int64_t> jobs;
  bool all = false;
  bool is_paid = false;
  bool is_not_paid = false;
  bool watch = false;
  bool off = false;
};
using SharedText = std::shared_ptr<QueueText>;

Result<QueueStore> open_queue(const Invocation& invocation, const QueueText& text)
{
  LIMN_TRY_ASSIGN(const auto url, queue_address(text.url, invocation.redactor));
  return QueueStore::open(url);
}

Result<int> queue_init(const Invocation& invocation, const QueueText& text)
{
  std::optional<NanoUsd> most;
  if (!text.max_cost.empty() && text.max_cost != "none") {
    LIMN_TRY_ASSIGN(most, read_usd_text("max-cost", text.max_cost));
  }
  LIMN_TRY_ASSIGN(const auto url, queue_address(text.url, invocation.redactor));
  LIMN_TRY_ASSIGN(const auto is_made, init_queue(url));
  LIMN_TRY_ASSIGN(auto store, QueueStore::open(url));
  if (!text.max_cost.empty()) {
    LIMN_TRY(store.set_max_cost(most));
  }
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.flag("made", is_made);
    json.member("version", std::int64_t{queue_version()});
    json.end_object();
    invocation.out.json(json);
  } else {
    invocation.out.line(is_made ? "the queue is ready" : "the queue was there already");
  }
  return 0;
}

Result<int> queue_add(const Invocation& invocation, const QueueText& text)
{
  if (text.defaults.duplicate_charge) {
    return fail(FailureClass::usage, "a queue asks for each item once at most",
                "leave --allow-duplicate-charge out; limn queue resolve JOB --not-paid asks again");
  }
  LIMN_TRY_ASSIGN(auto store, open_queue(invocation, text));
  LIMN_TRY_ASSIGN(const auto session, open_session(invocation, Needs{}));
  Mistakes mistakes(text.file == "-" ? "standard input" : text.file);
  LIMN_TRY_ASSIGN(
    const auto added,
    add_to_queue(*session, store, text.file, text.defaults,
                 text.lane == to_string(QueueLane::batch) ? QueueLane::batch : QueueLane::usual,
                 mistakes));
  if (!mistakes.empty()) {
    report_mistakes(invocation.out, invocation.terminal, invocation.global, mistakes.lines());
    return exit_status(FailureClass::usage);
  }
  report_added(invocation.out, invocation.global, added);
  return 0;
}

Result<int> queue_status(const Invocation& invocation, const QueueText& text)
{
  LIMN_TRY_ASSIGN(auto store, open_queue(invocation, text));
  while (true) {
    LIMN_TRY_ASSIGN(const auto status, store.status());
    report_queue(invocation.out, invocation.global, status);
    const bool is_over = status.under_way() == 0 && status.jobs.at(JobState::queued) == 0;
    if (!text.watch || is_over || !invocation.out.flush()) {
      return 0;
    }
    std::this_thread::sleep_for(k_look_again);
  }
}

Result<int> queue_list(const Invocation& invocation, const QueueText& text)
{
  LIMN_TRY_ASSIGN(auto store, open_queue(invocation, text));
  LIMN_TRY_ASSIGN(const auto jobs, store.list(job_state_from(text.state), text.limit));
  report_queued_jobs(invocation.out, invocation.global, jobs);
  return 0;
}

// Tells which jobs it was done to. FailureClass::usage where it was not done to all that were
// named.
Result<int> report_changed(const Invocation& invocation, const std::vector<std::int64_t>& wanted,
                           const std::vector<std::string>& changed, std::string_view what,
                           std::string_view only)
{
  std::vector<std::int64_t> left;
  std::ranges::copy_if(wanted, std::back_inserter(left), [&](std::int64_t job) {
    return std::ranges::find(changed, std::to_string(job)) == changed.end();
  });
  if (!left.empty()) {
    return fail(FailureClass::usage,
                fmt::format("{} of {} jobs {}; not these: {}", changed.size(), wanted.size(), what,
                            fmt::join(left, " ")),
                std::string(only));
  }
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.key("changed");
    json.begin_array();
    for (const auto& job : changed) {
      json.text(job);
    }
    json.end_array();
    json.end_object();
    invocation.out.json(json);
  } else {
    invocation.out.line(
      fmt::format("{} job{} {}", changed.size(), changed.size() == 1 ? "" : "s", what));
  }
  return 0;
}

Done check_jobs_or_all(const QueueText& text)
{
  if (text.jobs.empty() == text.all) {
    return {};
  }
  return fail(FailureClass::usage,
              text.all ? "--all and jobs exclude each other" : "no job is named",
              "name jobs as limn queue list tells them, or --all");
}

Result<int> queue_cancel(const Invocation& invocation, const QueueText& text)
{
  LIMN_TRY(check_jobs_or_all(text));
  LIMN_TRY_ASSIGN(auto store, open_queue(invocation, text));
  LIMN_TRY_ASSIGN(const auto changed, store.cancel(text.jobs));
  return report_changed(invocation, text.jobs, changed, "cancelled",
                        "what is sent may be charged for, and what is over is over");
}

Result<int> queue_requeue(const Invocation& invocation, const QueueText& text)
{
  LIMN_TRY(check_jobs_or_all(text));
  LIMN_TRY_ASSIGN(auto store, open_queue(invocation, text));
  LIMN_TRY_ASSIGN(const auto changed, store.requeue(text.jobs));
  return report_changed(invocation, text.jobs, changed, "queued again",
                        "only what was refused or cancelled, and brought no image; what is unknown "
                        "may be paid for: limn queue resolve JOB --paid or --not-paid");
}

Result<int> queue_resolve(const Invocation& invocation, const QueueText& text)
{
  if (text.is_paid == text.is_not_paid) {
    return fail(FailureClass::usage, "say what became of the money: --paid or --not-paid",
                "the gateway's own list of requests tells");
  }
  LIMN_TRY_ASSIGN(auto store, open_queue(invocation, text));
  using Resolution = QueueStore::Resolution;
  LIMN_TRY_ASSIGN(const auto changed,
                  store.resolve(text.jobs, text.is_paid ? Resolution::paid : Resolution::not_paid));
  return report_changed(invocation, text.jobs, changed,
                        text.is_paid ? "are over, as paid for" : "queued again, as not paid for",
                        "only what is unknown can be resolved");
}

// Returns once nothing is under way any more.
Result<int> queue_drain(const Invocation& invocation, const QueueText& text)
{
  LIMN_TRY_ASSIGN(auto store, open_queue(invocation, text));
  LIMN_TRY(store.set_draining(!text.off));
  while (true) {
    LIMN_TRY_ASSIGN(const auto status, store.status());
    if (text.off || status.under_way() == 0) {
      invocation.terminal.erase_progress();
      report_queue(invocation.out, invocation.global, status);
      return 0;
    }
    if (invocation.terminal.shows_progress()) {
      invocation.terminal.progress(fmt::format("{} jobs are under way", status.under_way()),
                                   Cut::end);
    }
    std::this_thread::sleep_for(k_look_again);
  }
}

using QueueRun = Result<int> (*)(const Invocation&, const QueueText&);

Command queue_word(const SharedText& text, std::string name, std::string description, QueueRun run,
                   const std::function<void(CLI::App&)>& add_options = {})
{
  Command command{std::move(name), std::move(description)};
  command.add_options = [text, add_options](CLI::App& app) {
    add_queue_option(app, text->url);
    if (add_options) {
      add_options(app);
    }
  };
  command.run = [text, run](const Invocation& invocation) { return run(invocation, *text); };
  return command;
}

void add_jobs_option(CLI::App& app, const SharedText& text, const std::string& all)
{
  auto* const jobs =
    app.add_option("job", text->jobs, "as limn queue list tells them")->option_text("...");
  if (all.empty()) {
    jobs->required();
  } else {
    app.add_flag("--all", text->all, all);
  }
}

Command init_word(const SharedText& text)
{
  auto command = queue_word(
    text, "init", "make a queue in a database, or bring it up to this limn", queue_init,
    [text](CLI::App& app) {
      app
        .add_option("--max-cost", text->max_cost,
                    "ask for nothing that could bring the cost of all its jobs above so many US "
                    "dollars; none: no limit")
        ->type_name("USD");
    });
  command.examples = {"limn queue init --queue postgresql://limn@db/limn --max-cost 500"};
  return command;
}

Command add_word(const SharedText& text)
{
  auto command = queue_word(
    text, "add", "put the items of a file into the queue", queue_add, [text](CLI::App& app) {
      app
        .add_option("file", text->file,
                    "as limn batch has it; what was added before is not added again; - reads "
                    "standard input")
        ->required();
      app
        .add_option("--lane", text->lane,
                    "batch: in groups, by the Batch API of a gateway that has it: half the price, "
                    "within a day")
        ->check(CLI::IsMember({"usual", "batch"}))
        ->capture_default_str();
      add_job_options(app, text->defaults, OutputFile::of_each_item);
    });
  command.examples = {"limn queue add items.jsonl -d /srv/pictures -q low",
                      "limn queue add items.jsonl --lane batch"};
  return command;
}

Command status_word(const SharedText& text)
{
  auto command =
    queue_word(text, "status", "tell how its jobs stand", queue_status, [text](CLI::App& app) {
      app.add_flag("--watch", text->watch, "again and again, until nothing is left to do");
    });
  command.examples = {"limn queue status --watch"};
  return command;
}

Command list_word(const SharedText& text)
{
  auto command =
    queue_word(text, "list", "tell of its jobs, in their order", queue_list, [text](CLI::App& app) {
      app.add_option("--state", text->state, "only those that stand so")
        ->check(
          CLI::IsMember({"queued", "claimed", "sent", "done", "refused", "unknown", "cancelled"}));
      app.add_option("-n,--limit", text->limit, "how many at most")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    });
  command.examples = {"limn queue list --state unknown --json"};
  return command;
}

} // namespace

Command queue_command()
{
  const auto text = std::make_shared<QueueText>();
  Command command{"queue", "many machines: one queue of jobs, in a database"};
  command.examples = {"limn queue init", "limn queue add items.jsonl", "limn queue status"};
  auto cancel_word = queue_word(
    text, "cancel", "take out what was not asked for yet", queue_cancel,
    [text](CLI::App& app) { add_jobs_option(app, text, "all that is queued or claimed"); });
  cancel_word.examples = {"limn queue cancel 17 18"};
  auto requeue_word =
    queue_word(text, "requeue", "put back what was refused or cancelled", queue_requeue,
               [text](CLI::App& app) { add_jobs_option(app, text, "all that was refused"); });
  requeue_word.examples = {"limn queue requeue --all"};
  auto resolve_word = queue_word(
    text, "resolve", "say what became of a job that may have been paid for", queue_resolve,
    [text](CLI::App& app) {
      add_jobs_option(app, text, {});
      app.add_flag("--paid", text->is_paid, "it was charged: it is over");
      app.add_flag("--not-paid", text->is_not_paid, "it was not: it may be asked for again");
    });
  resolve_word.examples = {"limn queue resolve 17 --not-paid"};
  auto drain_word = queue_word(
    text, "drain", "hand out no more jobs, and wait until nothing is under way", queue_drain,
    [text](CLI::App& app) { app.add_flag("--off", text->off, "hand them out again"); });
  drain_word.examples = {"limn queue drain", "limn queue drain --off"};
  command.words = {init_word(text),         add_word(text),         status_word(text),
                   list_word(text),         std::move(cancel_word), std::move(requeue_word),
                   std::move(resolve_word), std::move(drain_word)};
  return command;
}

} // namespace limn
