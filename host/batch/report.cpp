#include "batch/report.hpp"

#include "base/shell_word.hpp"
#include "job/envelope.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

namespace limn {

namespace {

constexpr std::size_t k_most_ids = 5;

// "3 (a, b, c)", "12 (a, b, c, d, e, ...)"
std::string some_of(const std::vector<std::string>& ids)
{
  const auto shown = std::min(ids.size(), k_most_ids);
  return fmt::format("{} ({}{})", ids.size(), fmt::join(ids.begin(), ids.begin() + shown, ", "),
                     shown < ids.size() ? ", ..." : "");
}

// The command that goes on with it.
std::string resume_command(const BatchOptions& options, const BatchOutcome& outcome)
{
  const bool is_too_dear = outcome.ended == Ended::too_dear;
  std::string text = "limn";
  bool has_resume = false;
  for (std::size_t i = 0; i < options.words.size(); ++i) {
    const auto& word = options.words[i];
    const bool is_most = is_too_dear && (word == "--max-cost" || word.starts_with("--max-cost="));
    if (is_most) { // the same amount would end it at the same place
      text += " --max-cost MORE";
      i += word == "--max-cost" ? 1 : 0;
      continue;
    }
    text += " " + shell_word(word);
    has_resume = has_resume || word == "--resume";
  }
  return has_resume ? text : text + " --resume";
}

std::map<std::string, std::vector<std::string>> ids_by_class(const BatchOutcome& outcome,
                                                             Standing standing)
{
  std::map<std::string, std::vector<std::string>> ids;
  for (const auto& item : outcome.items) {
    if (item.standing == standing && item.failure) {
      ids[std::string(to_string(item.failure->failure_class))].push_back(item.id);
    }
  }
  return ids;
}

std::string why_no_more(const BatchOutcome& outcome)
{
  switch (outcome.ended) {
  case Ended::all_begun:
    return "";
  case Ended::interrupted:
    return "interrupted";
  case Ended::after_failure:
    return "--fail-fast";
  case Ended::too_dear:
    return "the next one could cost more than --max-cost allows";
  case Ended::no_record:
    return "the manifest cannot be written";
  }
  return "";
}

std::string counts_text(const Counts& counts)
{
  std::string text = fmt::format("{} of {} done", counts.done, counts.total());
  const auto add = [&](int count, std::string_view what) {
    text += count > 0 ? fmt::format(" · {} {}", count, what) : "";
  };
  add(counts.skipped, "skipped, drawn before");
  add(counts.failed, "failed");
  add(counts.unknown, "unknown");
  add(counts.not_begun, "not begun");
  return text;
}

void tell(Terminal& terminal, const BatchOptions& options, const BatchOutcome& outcome)
{
  const auto say = [&](const std::string& text) { terminal.say(LogLevel::info, text); };
  const auto counts = outcome.counts();
  constexpr double thousand = 1000;
  say(fmt::format("{} · {:.1f} s · {}", counts_text(counts),
                  static_cast<double>(outcome.elapsed.count()) / thousand,
                  options.sandbox ? k_sandbox_cost : cost_text(outcome.cost)));
  for (const auto& [name, images] : outcome.images_of_gateways) {
    say(fmt::format("  {}: {} image{}", name, images, images == 1 ? "" : "s"));
  }
  for (const auto standing : {Standing::failed, Standing::unknown}) {
    for (const auto& [name, ids] : ids_by_class(outcome, standing)) {
      say(fmt::format("  {}, {}: {}", to_string(standing), name, some_of(ids)));
    }
  }
  for (const auto& item : outcome.items) {
    if (item.failure && item.standing != Standing::skipped) {
      terminal.say(LogLevel::info,
                   fmt::format("  the first: item {}: {}", item.id, item.failure->message));
      if (!item.failure->hint.empty()) {
        say("    " + item.failure->hint);
      }
      break;
    }
  }
  std::vector<std::string> not_begun;
  for (const auto& item : outcome.items) {
    if (item.standing == Standing::not_begun) {
      not_begun.push_back(item.id);
    }
  }
  if (!not_begun.empty()) {
    say(fmt::format("  not begun ({}): {}", why_no_more(outcome), some_of(not_begun)));
  }
  const bool has_more_to_do = counts.failed + counts.not_begun > 0;
  if (has_more_to_do && options.manifest.empty()) {
    say(
      fmt::format("  the same command would draw all items again; one with --manifest FILE can go "
                  "on where it stopped{}",
                  outcome.ended == Ended::too_dear ? ", with a higher --max-cost" : ""));
  } else if (has_more_to_do && options.file != "-") {
    say("  to go on: " + resume_command(options, outcome));
  } else if (has_more_to_do) {
    say("  to go on, with the same items on standard input: " + resume_command(options, outcome));
  }
  if (counts.unknown > 0) {
    say(fmt::format(
      "  unknown ones may have been charged: look at the gateway's usage page{}",
      options.manifest.empty() ? "" : "; --resume --allow-duplicate-charge asks for them again"));
  }
}

void write_counts(JsonWriter& json, const Counts& counts)
{
  json.begin_object();
  json.member("total", static_cast<std::int64_t>(counts.total()));
  json.member("done", static_cast<std::int64_t>(counts.done));
  json.member("failed", static_cast<std::int64_t>(counts.failed));
  json.member("unknown", static_cast<std::int64_t>(counts.unknown));
  json.member("skipped", static_cast<std::int64_t>(counts.skipped));
  json.member("not_begun", static_cast<std::int64_t>(counts.not_begun));
  json.end_object();
}

void write_manifest_path(JsonWriter& json, const BatchOptions& options)
{
  if (options.manifest.empty()) {
    json.optional_member("manifest", "");
  } else {
    json.path_member("manifest", options.manifest);
  }
}

void write_envelope(JsonWriter& json, const BatchOptions& options, const BatchOutcome& outcome)
{
  const auto counts = outcome.counts();
  json.begin_object();
  json.flag("ok", counts.done + counts.skipped == counts.total() && !outcome.record_failure);
  if (outcome.record_failure) {
    json.key("error");
    write_error(json, *outcome.record_failure);
  }
  json.key("items");
  write_counts(json, counts);
  json.key("results");
  json.begin_array();
  for (const auto& item : outcome.items) {
    json.begin_object();
    json.member("id", item.id);
    json.member("state", to_string(item.standing));
    json.key("images");
    json.begin_array();
    for (const auto& image : item.images) {
      json.path(image);
    }
    json.end_array();
    if (item.failure) {
      json.key("error");
      write_error(json, *item.failure);
    }
    json.end_object();
  }
  json.end_array();
  json.key("cost");
  write_cost(json, outcome.cost);
  write_manifest_path(json, options);
  json.member("elapsed_ms", static_cast<std::int64_t>(outcome.elapsed.count()));
  json.end_object();
}

} // namespace

void report(Out& out, Terminal& terminal, const GlobalOptions& global, const BatchOptions& options,
            const BatchOutcome& outcome)
{
  if (global.format == ReportFormat::json) {
    JsonWriter json;
    write_envelope(json, options, outcome);
    out.json(json);
    return;
  }
  const auto counts = outcome.counts();
  if (outcome.record_failure) {
    terminal.say(LogLevel::error, outcome.record_failure->message);
    terminal.say(LogLevel::info, "  " + outcome.record_failure->hint);
  } else if (counts.done + counts.skipped < counts.total()) {
    terminal.say(LogLevel::error,
                 fmt::format("{} of {} items lack images",
                             counts.total() - counts.done - counts.skipped, counts.total()));
  }
  tell(terminal, options, outcome);
}

void report_plan(Out& out, const GlobalOptions& global, const BatchOptions& options,
                 const std::vector<Task>& tasks, Cost estimate)
{
  std::map<ToDo, std::vector<std::string>> ids;
  for (const auto& task : tasks) {
    ids[task.to_do].push_back(task.item->id);
  }
  if (global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.flag("dry_run", true);
    const auto list = [&](std::string_view name, ToDo to_do) {
      json.key(name);
      json.begin_array();
      for (const auto& id : ids[to_do]) {
        json.text(id);
      }
      json.end_array();
    };
    list("to_draw", ToDo::draw);
    list("skipped", ToDo::nothing);
    list("unknown", ToDo::leave_open);
    json.key("cost");
    write_cost(json, estimate);
    write_manifest_path(json, options);
    json.end_object();
    out.json(json);
    return;
  }
  out.line(fmt::format("{} of {} items to draw: {}{}", ids[ToDo::draw].size(), tasks.size(),
                       options.sandbox ? k_sandbox_cost : cost_text(estimate),
                       estimate.amount > 0 ? " at the dearest of their gateways" : ""));
  if (!ids[ToDo::nothing].empty()) {
    out.line(fmt::format("skipped, drawn before: {}", some_of(ids[ToDo::nothing])));
  }
  if (!ids[ToDo::leave_open].empty()) {
    out.line(fmt::format("skipped, may have been charged (--allow-duplicate-charge asks "
                         "again): {}",
                         some_of(ids[ToDo::leave_open])));
  }
}

void report_mistakes(Out& out, Terminal& terminal, const GlobalOptions& global,
                     const std::vector<std::string>& mistakes)
{
  if (global.format == ReportFormat::json) {
    JsonWriter json;
    write_error_envelope(json,
                         Failure(FailureClass::usage, fmt::format("{}", fmt::join(mistakes, "\n")),
                                 "nobody was asked yet"));
    out.json(json);
    return;
  }
  for (const auto& mistake : mistakes) {
    terminal.say(LogLevel::error, mistake);
  }
}

} // namespace limn
