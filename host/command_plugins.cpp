#include "commands.hpp"
#include "json_writer.hpp"
#include "paths.hpp"

#include <fmt/format.h>

#include <algorithm>

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
      session.console().result(fmt::format(
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
    session.console().result(json.str());
  }
}

} // namespace

Result<int> list_plugins(Session& session)
{
  print(session, session.registry().components());
  return 0;
}

Result<int> check_plugin(Session& session, const std::filesystem::path& file)
{
  const auto path = from_here(file);
  auto& registry = session.registry(); // the file is the first that it was told to load
  std::vector<ComponentRecord> records;
  for (const auto& record : registry.components()) {
    if (record.file != path) {
      continue;
    }
    records.push_back(record);
    if (record.state != ComponentRecord::State::ready) {
      continue;
    }
    const auto failure = [&](const auto& made) {
      if (!made) {
        records.back().state = ComponentRecord::State::failed;
        records.back().reason = made.error().message;
      }
    };
    if (record.kind == "provider") {
      failure(registry.provider(record.id));
    } else if (record.kind == "config-source") {
      failure(registry.config_source(record.id));
    }
  }
  print(session, records);
  const bool good =
    !records.empty()
    && std::all_of(records.begin(), records.end(), [](const ComponentRecord& record) {
         return record.state == ComponentRecord::State::ready
                || record.state == ComponentRecord::State::skipped;
       });
  return good ? 0 : 1;
}

} // namespace limn
