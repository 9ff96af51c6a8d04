#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/option_checks.hpp"
#include "job/job_check.hpp"
#include "job/paths.hpp"
#include "memory/jobs_database.hpp"
#include "serve/local_keys.hpp"
#include "settings/value.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

namespace {

std::filesystem::path keys_file(const Invocation& invocation)
{
  return local_keys_file(settings_files(invocation.global));
}

struct KeyText {
  std::string name;
  std::optional<std::string> budget;
  std::optional<std::string> budget_per_day;
  std::string models;
};

constexpr std::chrono::seconds k_patience_with_jobs{5};

Result<std::vector<std::string>> read_model_words(const std::string& text)
{
  if (text.empty()) {
    return std::vector<std::string>(); // all
  }
  auto models = words_of_list(text);
  if (std::ranges::any_of(models, &std::string::empty)) {
    return fail(FailureClass::usage, fmt::format("models: '{}' names one that is empty", text),
                "write it like flux,gpt-image-2");
  }
  return models;
}

// The key is told here and never again: it goes out as it is.
Result<int> make_key(const Invocation& invocation, const KeyText& text)
{
  LocalKey wanted;
  const auto& name = wanted.name = text.name;
  LIMN_TRY_ASSIGN(wanted.budget, read_usd_option("budget", text.budget));
  LIMN_TRY_ASSIGN(wanted.budget_per_day, read_usd_option("budget-per-day", text.budget_per_day));
  LIMN_TRY_ASSIGN(wanted.models, read_model_words(text.models));
  LIMN_TRY_ASSIGN(const auto key, make_local_key(keys_file(invocation), wanted));
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("name", name);
    json.member("local_key", key.reveal());
    json.end_object();
    invocation.out.json(json);
  } else {
    invocation.out.line(key.reveal());
    invocation.terminal.say(LogLevel::info,
                            "it is shown this once: limn keeps only its digest. Give it to the "
                            "program as its API key");
  }
  return 0;
}

// By the digest of a key. Nothing was asked for where there is no jobs.db.
Result<std::map<std::string, AccountSpending>> spent_by_keys()
{
  std::error_code error;
  if (!std::filesystem::exists(jobs_file(state_folder()), error)) {
    return std::map<std::string, AccountSpending>();
  }
  LIMN_TRY_ASSIGN(auto database, JobsDatabase::open(state_folder(), k_patience_with_jobs));
  return database.spending();
}

// What the tighter of the two leaves.
std::optional<NanoUsd> left_of(const LocalKey& key, const AccountSpending& spent)
{
  std::optional<NanoUsd> left;
  const auto hold = [&](std::optional<NanoUsd> budget, NanoUsd used) {
    if (budget) {
      const auto rest = std::max<NanoUsd>(0, *budget - used);
      left = left ? std::min(*left, rest) : rest;
    }
  };
  hold(key.budget, spent.ever);
  hold(key.budget_per_day, spent.today);
  return left;
}

void write_dollars(JsonWriter& json, std::string_view name, std::optional<NanoUsd> amount)
{
  json.key(name);
  if (amount) {
    json.decimal(usd_json(*amount));
  } else {
    json.null();
  }
}

void write_key(JsonWriter& json, const LocalKey& key, const AccountSpending& spent)
{
  json.begin_object();
  json.member("name", key.name);
  json.member("created", key.created);
  write_dollars(json, "spent_usd", spent.ever);
  write_dollars(json, "spent_today_usd", spent.today);
  write_dollars(json, "budget_usd", key.budget);
  write_dollars(json, "budget_per_day_usd", key.budget_per_day);
  write_dollars(json, "left_usd", left_of(key, spent));
  json.key("models");
  json.begin_array();
  for (const auto& model : key.models) {
    json.text(model);
  }
  json.end_array();
  json.end_object();
}

std::string line_of(const LocalKey& key, const AccountSpending& spent)
{
  const auto left = left_of(key, spent);
  return fmt::format("{:<24} {} spent {}{}{}", key.name, key.created, usd_text(spent.ever),
                     left ? fmt::format(", left {}", usd_text(*left)) : "",
                     key.models.empty() ? ""
                                        : fmt::format(", for {}", fmt::join(key.models, ", ")));
}

Result<int> list_keys(const Invocation& invocation)
{
  LIMN_TRY_ASSIGN(const auto keys, read_local_keys(keys_file(invocation)));
  LIMN_TRY_ASSIGN(auto spent, spent_by_keys());
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.key("keys");
    json.begin_array();
    for (const auto& key : keys) {
      write_key(json, key, spent[key.sha256]);
    }
    json.end_array();
    json.end_object();
    invocation.out.json(json);
    return 0;
  }
  for (const auto& key : keys) {
    invocation.out.line(line_of(key, spent[key.sha256]));
  }
  if (keys.empty()) {
    invocation.terminal.say(LogLevel::info, "there is none; limn serve key new NAME makes one");
  }
  return 0;
}

Result<int> revoke_key(const Invocation& invocation, const std::string& name)
{
  LIMN_TRY(revoke_local_key(keys_file(invocation), name));
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.end_object();
    invocation.out.json(json);
  } else {
    invocation.terminal.say(LogLevel::info,
                            fmt::format("{} opens nothing any more, from now on", name));
  }
  return 0;
}

Command new_key_command()
{
  const auto text = std::make_shared<KeyText>();
  Command command{"new", "make a key for a program, and print it this once"};
  command.examples = {"limn serve key new my-program",
                      "limn serve key new my-program --budget 20 --budget-per-day 2"};
  command.add_options = [text](CLI::App& app) {
    app.add_option("name", text->name, "what you call the program")->required();
    app
      .add_option("--budget", text->budget,
                  "US dollars that all that is ever asked for with it may cost")
      ->type_name("USD");
    app
      .add_option("--budget-per-day", text->budget_per_day,
                  "the same of each day, from midnight UTC")
      ->type_name("USD");
    app
      .add_option("--models", text->models,
                  "the models that it is for; the first of them that is configured is drawn with "
                  "where none is named")
      ->type_name("MODEL,...")
      ->check(k_not_empty);
  };
  command.run = [text](const Invocation& invocation) { return make_key(invocation, *text); };
  return command;
}

Command list_keys_command()
{
  Command command{"list", "list the keys that were made: their names, and what was spent"};
  command.examples = {"limn serve key list"};
  command.run = list_keys;
  return command;
}

Command revoke_key_command()
{
  const auto name = std::make_shared<std::string>();
  Command command{"revoke", "take a key back, also from a server that runs"};
  command.examples = {"limn serve key revoke my-program"};
  command.add_options = [name](CLI::App& app) {
    app.add_option("name", *name, "as it was made")->required();
  };
  command.run = [name](const Invocation& invocation) { return revoke_key(invocation, *name); };
  return command;
}

} // namespace

Command serve_key_command()
{
  Command command{"key", "the keys that programs need to use limn serve"};
  command.examples = {"limn serve key new my-program", "limn serve key list"};
  command.words = {new_key_command(), list_keys_command(), revoke_key_command()};
  return command;
}

} // namespace limn
