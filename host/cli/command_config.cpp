#include "base/json_writer.hpp"
#include "base/nearest.hpp"
#include "cli/commands.hpp"
#include "engine/policy.hpp"

#include <fmt/format.h>

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
      session.console().result(fmt::format("{} = {}  ({})", value.key, value.value, value.origin));
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
    session.console().result(json.str());
  }
}

int done(Console& console, const GlobalOptions& options)
{
  if (options.format == ReportFormat::json) {
    console.result(R"({"ok":true})");
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

} // namespace

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
        session.console().result(value.value);
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

Result<int> config_set(Console& console, const GlobalOptions& options, const std::string& key,
                       const std::string& value)
{
  LIMN_TRY(set_preference(settings_files(options), key, value));
  return done(console, options);
}

Result<int> config_unset(Console& console, const GlobalOptions& options, const std::string& key)
{
  const auto files = settings_files(options);
  LIMN_TRY_ASSIGN(const bool was_there, unset_preference(files, key));
  if (!was_there) {
    console.say(LogLevel::info,
                fmt::format("{} was not set in {}", key, files.preferences.string()));
  }
  return done(console, options);
}

Result<int> config_path(Console& console, const GlobalOptions& options)
{
  const auto files = settings_files(options);
  if (options.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("limn_yaml", files.limn_yaml.string());
    json.member("preferences", files.preferences.string());
    json.end_object();
    console.result(json.str());
  } else {
    console.path(files.limn_yaml);
    console.path(files.preferences);
  }
  return 0;
}

} // namespace limn
