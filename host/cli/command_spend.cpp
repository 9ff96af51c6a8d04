#include "base/terminal_text.hpp"
#include "cli/commands.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "job/past.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

namespace limn {

namespace {

struct SpendText {
  std::string by;
  std::string since;
  std::string gateway;
};

SpendBy by_of(const std::string& name)
{
  const std::map<std::string, SpendBy> names{{"gateway", SpendBy::gateway},
                                             {"model", SpendBy::model},
                                             {"day", SpendBy::day},
                                             {"month", SpendBy::month}};
  const auto found = names.find(name);
  return found == names.end() ? SpendBy::all : found->second;
}

std::string counted(std::int64_t count, std::string_view thing)
{
  return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

// "$0.21 · about $0.05 (estimate) · at most $0.21 (estimate) · 2 requests of unknown cost"
std::string text_of(const Spending& spending)
{
  auto text = usd_text(spending.usage);
  if (spending.estimate > 0) {
    text += " · " + cost_text({Cost::Basis::estimate, spending.estimate});
  }
  if (spending.bound > 0) {
    text += " · " + cost_text({Cost::Basis::bound, spending.bound});
  }
  if (spending.unknown > 0) {
    text += " · " + counted(spending.unknown, "request") + " of unknown cost";
  }
  return fmt::format("{} · {}", text, counted(spending.images, "image"));
}

void print_json(const Invocation& invocation, const std::vector<Spending>& all, SpendBy by)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("spent");
  json.begin_object();
  write_spending(json, sum_of(all));
  json.end_object();
  if (by != SpendBy::all) {
    json.key("by");
    json.begin_array();
    for (const auto& one : all) {
      json.begin_object();
      json.member("name", one.name);
      write_spending(json, one);
      json.end_object();
    }
    json.end_array();
  }
  json.end_object();
  invocation.out.json(json);
}

Result<int> spend(const Invocation& invocation, const SpendText& text)
{
  HistoryQuery filter;
  filter.gateway = text.gateway;
  if (!text.since.empty()) {
    LIMN_TRY_ASSIGN(filter.since,
                    read_since("--since", text.since, std::chrono::system_clock::now()));
  }
  const auto by = by_of(text.by);
  LIMN_TRY_ASSIGN(auto history, open_history());
  std::vector<Spending> all;
  if (history) {
    LIMN_TRY_ASSIGN(all, history->spending(by, filter));
  }
  if (invocation.global.format == ReportFormat::json) {
    print_json(invocation, all, by);
    return 0;
  }
  if (by != SpendBy::all) {
    std::size_t widest = 0;
    for (const auto& one : all) {
      widest = std::max(widest, one.name.size());
    }
    for (const auto& one : all) {
      invocation.out.line(fmt::format("{:<{}}  {}", terminal_safe(one.name), widest, text_of(one)));
    }
  }
  if (by == SpendBy::all || all.size() != 1) {
    invocation.out.line((by == SpendBy::all ? "" : "all: ") + text_of(sum_of(all)));
  }
  return 0;
}

} // namespace

Command spend_command()
{
  const auto text = std::make_shared<SpendText>();
  Command command{"spend", "tell what was spent, by what the history knows"};
  command.examples = {"limn spend", "limn spend --by month", "limn spend --by gateway --since 30d"};
  command.add_options = [text](CLI::App& app) {
    app.add_option("--by", text->by, "gateway, model, day or month")
      ->type_name("WORD")
      ->check(CLI::IsMember({"gateway", "model", "day", "month"}));
    app
      .add_option("--since", text->since,
                  "only what is newer: 3h, 7d, 2w, 2026-01-31, today or yesterday")
      ->type_name("TIME")
      ->check(k_not_empty);
    app.add_option("--gateway", text->gateway, "only at this gateway")
      ->type_name("NAME")
      ->check(k_not_empty)
      ->check(takes(ValueKind::gateways));
  };
  command.run = [text](const Invocation& invocation) { return spend(invocation, *text); };
  return command;
}

} // namespace limn
