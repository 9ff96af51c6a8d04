#include "batch/checks.hpp"
#include "batch/items_file.hpp"
#include "batch/open_files.hpp"
#include "batch/preparation.hpp"
#include "batch/report.hpp"
#include "batch/resume.hpp"
#include "batch/run.hpp"
#include "cli/batch_options.hpp"
#include "cli/commands.hpp"
#include "cli/embedded_sandbox.hpp"
#include "engine/asked_job.hpp"
#include "job/exit_status.hpp"
#include "job/interrupt.hpp"
#include "job/job_check.hpp"
#include "job/left_pictures.hpp"
#include "job/paths.hpp"
#include "job/standard_output.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

constexpr int k_interrupts = 2; // the third one ends the process

// What earlier runs left.
struct Past {
  ManifestContent manifest;
  std::vector<std::string> lines_to_add; // for what a killed run left in its journal
};

Result<Past> past_of(ManifestContent manifest, const BatchOptions& options)
{
  LIMN_TRY_ASSIGN(const auto journal, read_journal(journal_of(options.manifest)));
  const bool is_new = manifest.entries.empty() && journal.items.empty();
  if (!is_new && options.resume == Resume::no) {
    return fail(FailureClass::usage,
                fmt::format("{} tells of an earlier run", options.manifest.string()),
                "--resume goes on with it; or name another file with --manifest");
  }
  Past past{std::move(manifest), {}};
  past.lines_to_add = lines_of_unended(journal, past.manifest);
  const auto end = past.manifest.whole_size;
  for (const auto& line : past.lines_to_add) {
    take_line(past.manifest, line, end);
  }
  return past;
}

// Locks the manifest, and begins a journal once what the last one held stands in it.
Result<Record> open_record(const Redactor& redactor, Terminal& terminal,
                           const BatchOptions& options, ManifestContent& known)
{
  LIMN_TRY_ASSIGN(auto manifest, Manifest::open(options.manifest));
  if (manifest.content().was_cut) {
    terminal.say(LogLevel::warning, fmt::format("the last line of {} was cut; what stands whole in "
                                                "it is kept",
                                                options.manifest.string()));
  }
  LIMN_TRY_ASSIGN(auto past, past_of(manifest.content(), options));
  for (const auto& line : past.lines_to_add) {
    LIMN_TRY(manifest.append(line));
  }
  LIMN_TRY_ASSIGN(auto journal, Journal::begin(journal_of(options.manifest), manifest.size()));
  known = std::move(past.manifest);
  return Record(redactor, std::move(manifest), std::move(journal));
}

void check_ids(const std::vector<BatchItem>& items, const Redactor& redactor, Mistakes& mistakes)
{
  for (const auto& item : items) {
    if (redactor.looks_like_key(item.id)) {
      mistakes.add(item.line, {FailureClass::usage, "its id looks like a key",
                               "no key is ever written to a manifest: give it another one"});
    }
  }
}

// Of all items that would be drawn.
Cost estimate_of(Session& session, const BatchOptions& options, const std::vector<Task>& tasks)
{
  Cost all;
  for (const auto& task : tasks) {
    std::vector<Failure> ignored; // every line was checked
    if (task.to_do != ToDo::draw || options.sandbox) {
      continue;
    }
    auto job = read_job(read_item(task.item->text, options.defaults, ignored).job, ignored);
    auto& host = session.host();
    if (const auto gateways = host.gateways(job.gateways);
        gateways && suit_to_gateways(host, job, *gateways)) {
      job.job.count = std::max(1, job.job.count - static_cast<int>(task.images.size()));
      all += host.engine().estimate(job.job, *gateways, job.engine);
    }
  }
  return all;
}

Result<BatchOutcome> run_items(Session& session, const BatchOptions& options, Record& record,
                               const Cost& spent_before, std::vector<Task> tasks)
{
  std::optional<EmbeddedSandbox> embedded;
  if (options.sandbox) {
    LIMN_TRY_ASSIGN(embedded, start_sandbox(session.loop()));
  }
  const InterruptPipe interrupt(Leaving::after_what_is_charged, k_interrupts);
  auto& engine = session.host().engine();
  const auto prepare = [&](const Task& task, Naming naming) {
    return prepare_item(session, options, embedded ? &embedded->gateway : nullptr, task,
                        std::move(naming));
  };
  const auto start = [&engine](JobOrder order, JobListener& listener) {
    engine.start(std::move(order), listener);
  };
  BatchRun run({engine, session.loop(), record, session.out(), session.terminal(),
                session.options(), options, spent_before, prepare, start},
               std::move(tasks));
  const auto signals =
    interrupt.watch(session.loop(), [&](StopSignal signal) { run.interrupted(signal); });
  bool is_left = true; // something that an earlier run drew
  const auto left = bring_left_pictures(session, Tries::few, [&] {
    is_left = false;
    if (run.is_over()) {
      session.loop().stop();
    }
  });
  run.start();
  if (!run.is_over()) {
    session.loop().run();
  }
  if (left && is_left) {
    session.loop().run();
  }
  session.host().remember();
  record.close();
  return run.outcome();
}

// None for a dry run. `known`: what stands in the manifest.
Result<std::optional<Record>> begin_record(Session& session, const BatchOptions& options,
                                           ItemChecks& checks, ManifestContent& known)
{
  std::optional<Record> record;
  if (options.dry_run && !options.manifest.empty()) {
    LIMN_TRY_ASSIGN(auto manifest, read_manifest(options.manifest));
    LIMN_TRY_ASSIGN(auto past, past_of(std::move(manifest), options));
    known = std::move(past.manifest);
  } else if (!options.dry_run) {
    LIMN_TRY(check_standard_output());
    LIMN_TRY(checks.check_folders());
    if (options.manifest.empty()) {
      record.emplace(session.redactor());
    } else {
      LIMN_TRY_ASSIGN(auto opened,
                      open_record(session.redactor(), session.terminal(), options, known));
      record.emplace(std::move(opened));
    }
  }
  return record;
}

// So that a manifest has one lock and one journal, whatever link it is reached by.
std::filesystem::path without_links(const std::filesystem::path& path)
{
  std::error_code error;
  auto real = std::filesystem::weakly_canonical(path, error);
  return error ? path : real;
}

Result<int> batch(Session& session, const BatchOptions& given)
{
  auto options = given;
  if (!options.manifest.empty()) {
    options.manifest = without_links(from_here(options.manifest));
  }
  const std::string file = options.file == "-" ? "standard input" : options.file;
  Mistakes mistakes(file);
  ItemChecks checks(session, options);
  int most_images = 1;
  LIMN_TRY_ASSIGN(const auto items,
                  read_items(
                    options.file, options.defaults,
                    [&](int line, const GenerateOptions& job, std::vector<Failure>& found) {
                      checks.check(line, job, found);
                      most_images =
                        std::max(most_images, wanted_count(job.job, session.settings()));
                    },
                    mistakes));
  check_ids(items, session.redactor(), mistakes);
  const auto refuse = [&] {
    report_mistakes(session.out(), session.terminal(), session.options(), mistakes.lines());
    return exit_status(FailureClass::usage);
  };
  if (!mistakes.empty()) {
    return refuse();
  }
  if (items.empty()) {
    return fail(FailureClass::usage, fmt::format("there are no items in {}", file),
                "a prompt a line, or JSON lines");
  }
  if (checks.no_gateway()) {
    return fail(*checks.no_gateway());
  }
  for (const auto& notice : checks.notices()) {
    session.terminal().say(LogLevel::info, notice);
  }
  LIMN_TRY(allow_open_files(options.jobs, most_images));

  ManifestContent known;
  LIMN_TRY_ASSIGN(auto record, begin_record(session, options, checks, known));
  const auto charge = session.host().engine().duplicate_charge(
    options.defaults.duplicate_charge ? DuplicateCharge::allowed : DuplicateCharge::refused);
  auto tasks = tasks_of(items, known, charge, mistakes);
  if (!mistakes.empty()) {
    if (record) {
      record->close();
    }
    return refuse();
  }
  if (options.dry_run) {
    report_plan(session.out(), session.options(), options, tasks,
                estimate_of(session, options, tasks));
    return 0;
  }
  if (options.defaults.remember) {
    LIMN_TRY(set_preference(session.host().options().settings_files, "output.directory",
                            from_here(options.defaults.directory).string()));
  }
  LIMN_TRY_ASSIGN(const auto outcome,
                  run_items(session, options, *record, known.spent, std::move(tasks)));
  report(session.out(), session.terminal(), session.options(), options, outcome);
  return exit_status(outcome);
}

} // namespace

Command batch_command()
{
  const auto text = std::make_shared<BatchText>();
  Command command{"batch", "draw many pictures, from a file with a prompt a line or JSON lines"};
  command.examples = {"limn batch prompts.txt -d out -q low",
                      "limn batch items.jsonl --jobs 16 --manifest done.jsonl --max-cost 5"};
  command.add_options = [text](CLI::App& app) { add_batch_options(app, *text); };
  command.run = [text](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(auto options, finish_batch(std::move(*text)));
    options.words = invocation.words;
    LIMN_TRY_ASSIGN(
      const auto session,
      open_session(invocation, {Needed::all, {}, options.sandbox ? Memory::none : Memory::kept}));
    return batch(*session, options);
  };
  return command;
}

} // namespace limn
