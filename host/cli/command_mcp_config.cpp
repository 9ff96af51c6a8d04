#include "base/json_writer.hpp"
#include "base/nearest.hpp"
#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "cli/host_environment.hpp"
#include "cli/option_value.hpp"
#include "registration/registration.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

struct McpConfigOptions {
  std::string host;
  bool write = false;
  bool remove = false;
};

Result<ServerCommand> server_command(const GlobalOptions& global)
{
  ServerCommand server{started_command().string(), words_of(global)};
  server.arguments.emplace_back("mcp");
  const auto is_text = [](const std::string& text) { return is_utf8(text); };
  if (!is_text(server.command) || !std::ranges::all_of(server.arguments, is_text)) {
    return fail(FailureClass::settings,
                "the path of limn, or one that was given, is no UTF-8: no host's file can hold it");
  }
  return server;
}

Result<const McpHost*> find_host(std::string_view id)
{
  std::vector<std::string_view> known;
  for (const auto& host : mcp_hosts()) {
    if (host.id == id) {
      return &host;
    }
    known.push_back(host.id);
  }
  return fail(FailureClass::usage,
              fmt::format("there is no host '{}'{}", id, did_you_mean(id, known)),
              "`limn mcp config` lists them; most others take what it prints for cursor");
}

std::string_view words_for(Registered registered)
{
  switch (registered) {
  case Registered::no:
    return "not registered";
  case Registered::yes:
    return "registered";
  case Registered::otherwise:
    return "registered with another command";
  case Registered::unreadable:
    break;
  }
  return "cannot be read";
}

int list_hosts(const Invocation& invocation, const ServerCommand& server)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("hosts");
  json.begin_array();
  for (const auto& host : mcp_hosts()) {
    const auto look = look_for_registration(host, server);
    const auto file = host.file();
    if (invocation.global.format == ReportFormat::text) {
      invocation.out.line(
        fmt::format("{:<14}  {:<14}  {}", host.id, words_for(look.registered), file.string()));
      if (!look.problem.empty()) {
        invocation.out.line("                " + look.problem);
      }
    }
    json.begin_object();
    json.member("host", host.id);
    json.member("title", host.title);
    json.path_member("file", file);
    json.member("format", to_string(host.format));
    json.member("registered", to_string(look.registered));
    json.optional_member("problem", look.problem);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  if (invocation.global.format == ReportFormat::json) {
    invocation.out.json(json);
  }
  return 0;
}

int print_registration(const Invocation& invocation, const McpHost& host,
                       const ServerCommand& server)
{
  const auto text = registration_text(host, server);
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("host", host.id);
    json.path_member("file", host.file());
    json.member("format", to_string(host.format));
    json.member("text", text);
    json.end_object();
    invocation.out.json(json);
    return 0;
  }
  for (std::string_view rest = text; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    invocation.out.line(line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  invocation.terminal.say(
    LogLevel::info,
    fmt::format("that belongs into {}; `limn mcp config {} --write` puts it there, and keeps what "
                "else is in it",
                host.file().string(), host.id));
  return 0;
}

void tell_change(const Invocation& invocation, const McpHost& host, const McpConfigOptions& options,
                 const RegistrationChange& change)
{
  const auto file = host.file().string();
  const bool is_done =
    options.remove ? change.was != Presence::absent : change.was != Presence::same;
  if (!is_done) {
    invocation.terminal.say(LogLevel::info,
                            options.remove
                              ? fmt::format("limn is not in {}: nothing was written", file)
                              : fmt::format("limn is in {} already: nothing was written", file));
    return;
  }
  invocation.out.path(host.file());
  if (change.backup) {
    invocation.terminal.say(LogLevel::info,
                            fmt::format("as it was, it is kept in {}", change.backup->string()));
  }
  if (!options.remove) {
    invocation.terminal.say(LogLevel::info, fmt::format("{}: {}", host.title, host.note));
    invocation.terminal.say(LogLevel::info, "next: `limn mcp check` tells what it will find there");
  }
}

Result<int> change_registration(const Invocation& invocation, const McpHost& host,
                                const ServerCommand& server, const McpConfigOptions& options)
{
  LIMN_TRY_ASSIGN(const auto change, options.remove ? remove_registration(host, server)
                                                    : write_registration(host, server));
  if (invocation.global.format == ReportFormat::text) {
    tell_change(invocation, host, options, change);
    return 0;
  }
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.member("host", host.id);
  json.path_member("file", host.file());
  json.flag("changed",
            options.remove ? change.was != Presence::absent : change.was != Presence::same);
  json.key("backup");
  if (change.backup) {
    json.path(*change.backup);
  } else {
    json.null();
  }
  json.end_object();
  invocation.out.json(json);
  return 0;
}

Result<int> mcp_config(const Invocation& invocation, const McpConfigOptions& options)
{
  LIMN_TRY_ASSIGN(const auto server, server_command(invocation.global));
  if (options.host.empty()) {
    if (options.write || options.remove) {
      return fail(FailureClass::usage, "--write and --remove need a host",
                  "`limn mcp config` lists them");
    }
    return list_hosts(invocation, server);
  }
  LIMN_TRY_ASSIGN(const auto* const host, find_host(options.host));
  return options.write || options.remove
           ? change_registration(invocation, *host, server, options)
           : Result<int>(print_registration(invocation, *host, server));
}

} // namespace

Command mcp_config_command()
{
  const auto options = std::make_shared<McpConfigOptions>();
  Command command{"config", "print how limn is registered with an agent's program, or do it; "
                            "without a name, list them"};
  command.examples = {"limn mcp config", "limn mcp config codex",
                      "limn mcp config claude-code --write"};
  command.add_options = [options](CLI::App& app) {
    std::vector<std::string> names;
    for (const auto& host : mcp_hosts()) {
      names.emplace_back(host.id);
    }
    app.add_option("host", options->host, fmt::format("{}", fmt::join(names, ", ")))
      ->check(takes(names));
    auto* write =
      app.add_flag("--write", options->write,
                   "put it into the host's file, with a copy of what that was beside it");
    app.add_flag("--remove", options->remove, "take limn out of the host's file again")
      ->excludes(write);
  };
  command.run = [options](const Invocation& invocation) {
    return mcp_config(invocation, *options);
  };
  return command;
}

} // namespace limn
