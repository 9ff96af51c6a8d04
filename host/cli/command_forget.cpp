#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "job/job_words.hpp"
#include "job/past.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

struct ForgetText {
  std::vector<std::string> names; // of gateways; with --history ids
  bool history = false;
  std::string before;
  bool all = false;
};

void tell(const Invocation& invocation, std::size_t count)
{
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("forgotten", static_cast<std::int64_t>(count));
    json.end_object();
    invocation.out.json(json);
  } else {
    invocation.terminal.say(LogLevel::info,
                            fmt::format("{} thing{} forgotten", count, count == 1 ? "" : "s"));
  }
}

Result<std::size_t> forget_gateways(Session& session, const std::vector<std::string>& names)
{
  auto& host = session.host();
  const auto& all = host.discovered().gateways;
  std::vector<Gateway> named; // also those that cannot be used
  for (const auto& name : names) {
    const auto found =
      std::find_if(all.begin(), all.end(), [&](const Gateway& one) { return one.name == name; });
    if (found == all.end()) {
      LIMN_TRY(host.gateways({name})); // its failure names the nearest one
    } else {
      named.push_back(*found);
    }
  }
  return names.empty() ? host.engine().forget_all(all) : host.engine().forget(named);
}

// All are known before the first is forgotten.
Result<std::size_t> forget_entries(History& history, const std::vector<std::string>& ids)
{
  std::vector<PastEntry> entries;
  for (const auto& id : ids) {
    LIMN_TRY_ASSIGN(auto entry, history.entry(id));
    entries.push_back(std::move(entry));
  }
  std::size_t count = 0;
  for (const auto& entry : entries) {
    LIMN_TRY_ASSIGN(const auto forgotten, history.forget(entry));
    count += forgotten;
  }
  return count;
}

Result<std::size_t> forget_history(const ForgetText& text)
{
  const int ways =
    (text.names.empty() ? 0 : 1) + (text.before.empty() ? 0 : 1) + (text.all ? 1 : 0);
  if (ways != 1) {
    return fail(
      FailureClass::usage, "what of the history?",
      "limn forget --history ID... | --history --before 90d | --history --all; the images "
      "stay where they are");
  }
  LIMN_TRY_ASSIGN(auto history, open_history());
  if (!history) {
    return 0;
  }
  if (text.all) {
    LIMN_TRY(forget_jobs_before(PastAttempt::Time::max()));
    return history->forget_all();
  }
  if (!text.names.empty()) {
    return forget_entries(*history, text.names);
  }
  LIMN_TRY_ASSIGN(const auto time,
                  read_since("--before", text.before, std::chrono::system_clock::now()));
  LIMN_TRY(forget_jobs_before(time));
  return history->forget_before(time);
}

Result<int> forget(const Invocation& invocation, const ForgetText& text)
{
  if (text.history) {
    LIMN_TRY_ASSIGN(const auto count, forget_history(text));
    tell(invocation, count);
    return 0;
  }
  if (!text.before.empty() || text.all) {
    return fail(FailureClass::usage, "--before and --all are about the history",
                "limn forget --history --all; without names all that was learnt of gateways is "
                "forgotten: limn forget");
  }
  LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
  LIMN_TRY_ASSIGN(const auto names, read_names("gateway", text.names));
  LIMN_TRY_ASSIGN(const auto count, forget_gateways(*session, names));
  tell(invocation, count);
  return 0;
}

} // namespace

Command forget_command()
{
  const auto text = std::make_shared<ForgetText>();
  Command command{"forget",
                  "forget what was learnt about all gateways, or these; or what was drawn"};
  command.examples = {"limn forget", "limn forget work", "limn forget --history --before 90d"};
  command.add_options = [text](CLI::App& app) {
    app
      .add_option("names", text->names,
                  "names of gateways, also a,b (default: all); with --history ids of entries")
      ->option_text("...")
      ->check(takes(ValueKind::forgotten));
    app.add_flag("--history", text->history,
                 "forget what was drawn and what it cost; the images stay where they are");
    app
      .add_option("--before", text->before,
                  "with --history: what is older than 90d, 2w, 2026-01-31")
      ->type_name("TIME")
      ->check(k_not_empty);
    app.add_flag("--all", text->all, "with --history: everything");
  };
  command.run = [text](const Invocation& invocation) { return forget(invocation, *text); };
  return command;
}

} // namespace limn
