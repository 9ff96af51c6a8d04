#include "base/json_writer.hpp"
#include "cli/commands.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

std::string_view state_of(const ComponentRecord& record)
{
  switch (record.state) {
  case ComponentRecord::State::ready:
    return "ready";
  case ComponentRecord::State::shadowed:
    return "shadowed";
  case ComponentRecord::State::failed:
    return "failed";
  case ComponentRecord::State::skipped:
    return "skipped";
  }
  return "failed";
}

void print(Session& session, const std::vector<ComponentRecord>& records)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("components");
  json.begin_array();
  for (const auto& record : records) {
    if (session.options().format == ReportFormat::text) {
      session.out().line(fmt::format(
        "{:<16} {:<14} {:<9} {:<8} {}{}{}", record.id.empty() ? "-" : record.id,
        record.kind.empty() ? "-" : record.kind, record.version.empty() ? "-" : record.version,
        state_of(record), record.file.string(),
        record.isolation.empty() ? "" : " (" + record.isolation + ")",
        record.reason.empty() ? "" : ": " + record.reason));
    }
    json.begin_object();
    json.optional_member("id", record.id);
    json.optional_member("kind", record.kind);
    json.optional_member("name", record.display_name);
    json.optional_member("summary", record.summary);
    json.optional_member("plugin", record.plugin);
    json.optional_member("version", record.version);
    json.optional_member("vendor", record.vendor);
    json.member("file", record.file.string());
    json.member("state", state_of(record));
    json.optional_member("reason", record.reason);
    json.optional_member("isolation", record.isolation);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  if (session.options().format == ReportFormat::json) {
    session.out().json(json);
  }
}

Result<int> list_plugins(Session& session)
{
  print(session, session.host().registry().components());
  return 0;
}

} // namespace

Command plugins_command()
{
  Command command{"plugins", "list plugins, check one, or begin one"};
  command.run = [](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(const auto session, open_session(invocation));
    return list_plugins(*session);
  };
  command.examples = {"limn plugins", "limn plugins check ./acme.so", "limn plugins new acme"};
  Command list{"list", "list every component, its file and its state"};
  list.run = command.run;
  command.words = {std::move(list), check_plugin_command(), new_plugin_command()};
  return command;
}

} // namespace limn
