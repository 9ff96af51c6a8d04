#include "cli/commands.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "job/past.hpp"
#include "job/window.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

namespace limn {

namespace {

constexpr std::size_t k_usually_listed = 20;

struct HistoryText {
  std::vector<std::string> words;
  std::string since;
  std::string gateway;
  bool failed = false;
  bool passed = false;
  bool all = false;
  std::size_t most = k_usually_listed;
};

Result<HistoryQuery> query_of(const HistoryText& text)
{
  HistoryQuery query;
  query.words = text.words;
  query.of = text.passed ? HistoryQuery::Of::passed : HistoryQuery::Of::pictures;
  query.gateway = text.gateway;
  query.without_image = text.failed;
  query.most = text.all ? static_cast<std::size_t>(INT64_MAX) : text.most;
  if (!text.since.empty()) {
    LIMN_TRY_ASSIGN(query.since,
                    read_since("--since", text.since, std::chrono::system_clock::now()));
  }
  return query;
}

void print(const Invocation& invocation, const std::vector<PastEntry>& entries)
{
  const auto columns = terminal_columns(STDOUT_FILENO);
  for (const auto& entry : entries) {
    invocation.out.line(past_line(entry, columns));
  }
}

std::int64_t seconds_since(KeptJob::Time time)
{
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - time)
    .count();
}

void say_jobs(const Invocation& invocation, const std::vector<KeptJob>& jobs)
{
  for (const auto& job : jobs) {
    invocation.terminal.say(LogLevel::info, fmt::format("{} of {} is under way since {} s", job.id,
                                                        job.door, seconds_since(job.asked)));
  }
}

void print_json(const Invocation& invocation, const std::vector<PastEntry>& entries,
                const std::vector<KeptJob>& jobs)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("entries");
  json.begin_array();
  for (const auto& entry : entries) {
    write_past(json, entry);
  }
  json.end_array();
  json.key("jobs");
  json.begin_array();
  for (const auto& job : jobs) {
    json.begin_object();
    json.member("id", job.id);
    json.member("door", job.door);
    json.member("state", to_string(job.state));
    json.member("elapsed_s", seconds_since(job.asked));
    json.end_object();
  }
  json.end_array();
  json.end_object();
  invocation.out.json(json);
}

// Nothing is an answer, too.
std::string nothing_text(const HistoryText& text)
{
  const bool is_narrowed = !text.words.empty() || !text.since.empty() || !text.gateway.empty()
                           || text.failed || text.passed;
  return is_narrowed ? "nothing in the history is like that"
                     : "the history is empty: limn generate \"a fox in the snow\" draws the first";
}

Result<int> list(const Invocation& invocation, const HistoryText& text)
{
  LIMN_TRY_ASSIGN(const auto query, query_of(text));
  LIMN_TRY_ASSIGN(auto history, open_history());
  std::vector<PastEntry> entries;
  if (history) {
    LIMN_TRY_ASSIGN(entries, history->find(query));
  }
  LIMN_TRY_ASSIGN(const auto jobs, jobs_under_way());
  if (invocation.global.format == ReportFormat::json) {
    print_json(invocation, entries, jobs);
    return 0;
  }
  print(invocation, entries);
  say_jobs(invocation, jobs);
  if (entries.empty() && jobs.empty()) {
    invocation.terminal.say(LogLevel::info, nothing_text(text));
  } else if (entries.size() == query.most && ::isatty(STDOUT_FILENO) == 1) {
    invocation.terminal.say(LogLevel::info,
                            fmt::format("the newest {}; --limit N or --all for more", query.most));
  }
  return 0;
}

} // namespace

Command history_command()
{
  const auto text = std::make_shared<HistoryText>();
  Command command{"history", "list what was drawn, and what may have cost money without an image"};
  command.examples = {"limn history", "limn history fox snow --since 2w", "limn history --failed"};
  command.add_options = [text](CLI::App& app) {
    app.add_option("words", text->words, "only where all of these stand in the prompt")
      ->option_text("...");
    app
      .add_option("--since", text->since,
                  "only what is newer: 3h, 7d, 2w, 2026-01-31, today or yesterday")
      ->type_name("TIME")
      ->check(k_not_empty);
    app.add_option("--gateway", text->gateway, "only of this gateway")
      ->type_name("NAME")
      ->check(k_not_empty)
      ->check(takes(ValueKind::gateways));
    app.add_flag("--failed", text->failed, "only what may have cost money and brought no image");
    app.add_flag("--passed", text->passed,
                 "what limn serve passed on to a gateway, in place of pictures");
    auto* limit = app.add_option("--limit", text->most, "how many at most, the newest first")
                    ->type_name("N")
                    ->capture_default_str()
                    ->check(CLI::PositiveNumber);
    app.add_flag("--all", text->all, "all of them")->excludes(limit);
  };
  command.run = [text](const Invocation& invocation) { return list(invocation, *text); };
  return command;
}

} // namespace limn
