#include "base/json_writer.hpp"
#include "base/nearest.hpp"
#include "cli/commands.hpp"
#include "cli/option_value.hpp"
#include "engine/policy.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace limn {

namespace {

void print(Session& session, const std::vector<SettingValue>& values)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("settings");
  json.begin_array();
  for (const auto& value : values) {
    if (session.options().format == ReportFormat::text) {
      session.out().line(fmt::format("{} = {}  ({})", value.key, value.value, value.origin));
    }
    json.begin_object();
    json.member("key", value.key);
    json.member("value", value.value);
    json.member("origin", value.origin);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  if (session.options().format == ReportFormat::json) {
    session.out().json(json);
  }
}

int done(Out& out, const GlobalOptions& options)
{
  if (options.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.end_object();
    out.json(json);
  }
  return 0;
}

std::vector<SettingValue> all_settings(const Session& session)
{
  const auto& settings = session.settings();
  const Policy policy(settings.fallback, settings.allow_duplicate_charge
                                           ? DuplicateCharge::allowed
                                           : DuplicateCharge::refused);
  return list_settings(settings, [&policy](FailureClass failure_class) {
    return policy.decide(Failure(failure_class, ""), {}).step;
  });
}

Result<int> config_list(Session& session)
{
  print(session, all_settings(session));
  return 0;
}

Result<int> config_get(Session& session, const std::string& key)
{
  const auto values = all_settings(session);
  std::vector<std::string_view> known;
  for (const auto& value : values) {
    if (value.key == key) {
      if (session.options().format == ReportFormat::json) {
        print(session, {value});
      } else {
        session.out().line(value.value);
      }
      return 0;
    }
    known.push_back(value.key);
  }
  const auto similar = nearest(key, known);
  return fail(FailureClass::usage,
              fmt::format("there is no setting '{}'{}", key,
                          similar ? fmt::format(": did you mean '{}'?", *similar) : ""),
              "`limn config list` shows them all");
}

Result<int> config_set(Out& out, const GlobalOptions& options, const std::string& key,
                       const std::string& value)
{
  LIMN_TRY(set_preference(settings_files(options), key, value));
  return done(out, options);
}

Result<int> config_unset(Out& out, Terminal& terminal, const GlobalOptions& options,
                         const std::string& key)
{
  const auto files = settings_files(options);
  LIMN_TRY_ASSIGN(const bool was_there, unset_preference(files, key));
  if (!was_there) {
    terminal.say(LogLevel::info,
                 fmt::format("{} was not set in {}", key, files.preferences.string()));
  }
  return done(out, options);
}

Result<int> config_path(Out& out, const GlobalOptions& options)
{
  const auto files = settings_files(options);
  if (options.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("limn_yaml", files.limn_yaml.string());
    json.member("preferences", files.preferences.string());
    json.end_object();
    out.json(json);
  } else {
    out.path(files.limn_yaml);
    out.path(files.preferences);
  }
  return 0;
}

} // namespace

Command config_command()
{
  const auto key = std::make_shared<std::string>();
  const auto value = std::make_shared<std::string>();
  const auto add_key = [key](CLI::App& app) {
    app.add_option("key", *key, "as limn config list shows it")
      ->required()
      ->check(takes(ValueKind::setting));
  };
  Command command{"config", "show and change settings"};
  command.run = [](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(const auto session, open_session(invocation, {Needed::all, {}}));
    return config_list(*session);
  };
  command.examples = {"limn config list", "limn config set output.directory ~/Pictures"};
  Command list{"list", "every setting, its value and where it comes from"};
  list.run = command.run;
  Command get{"get", "one value"};
  get.add_options = add_key;
  get.run = [key](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
    return config_get(*session, *key);
  };
  // These help where the settings are broken: they open none.
  Command set{"set", "remember a value in preferences.yaml"};
  set.add_options = [key, value, add_key](CLI::App& app) {
    add_key(app);
    app.add_option("value", *value, "as limn.yaml has it; a,b for a list")->required();
  };
  set.examples = {"limn config set model gpt-image-2,gpt-image-1", "limn config set timeout 10m"};
  set.run = [key, value](const Invocation& invocation) {
    return config_set(invocation.out, invocation.global, *key, *value);
  };
  Command unset{"unset", "take a value out of preferences.yaml"};
  unset.add_options = add_key;
  unset.run = [key](const Invocation& invocation) {
    return config_unset(invocation.out, invocation.terminal, invocation.global, *key);
  };
  Command path{"path", "the paths of limn.yaml and preferences.yaml"};
  path.run = [](const Invocation& invocation) {
    return config_path(invocation.out, invocation.global);
  };
  command.words = {std::move(list),  std::move(get),  std::move(set),
                   std::move(unset), std::move(path), edit_config_command()};
  return command;
}

} // namespace limn
