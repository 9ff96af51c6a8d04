#include "commands.hpp"
#include "json_writer.hpp"
#include "settings/nearest.hpp"

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

int done(Session& session)
{
  if (session.options().format == ReportFormat::json) {
    session.console().result(R"({"ok":true})");
  }
  return 0;
}

} // namespace

Result<int> config_list(Session& session)
{
  print(session, list_settings(session.settings()));
  return 0;
}

Result<int> config_get(Session& session, const std::string& key)
{
  const auto values = list_settings(session.settings());
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

Result<int> config_set(Session& session, const std::string& key, const std::string& value)
{
  LIMN_TRY(set_preference(session.files(), key, value));
  return done(session);
}

Result<int> config_unset(Session& session, const std::string& key)
{
  LIMN_TRY_ASSIGN(const bool was_there, unset_preference(session.files(), key));
  if (!was_there) {
    session.console().say(LogLevel::info, fmt::format("{} was not set in {}", key,
                                                      session.files().preferences.string()));
  }
  return done(session);
}

Result<int> config_path(Session& session)
{
  if (session.options().format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("limn_yaml", session.files().limn_yaml.string());
    json.member("preferences", session.files().preferences.string());
    json.end_object();
    session.console().result(json.str());
  } else {
    session.console().result(session.files().limn_yaml.string());
    session.console().result(session.files().preferences.string());
  }
  return 0;
}

} // namespace limn
