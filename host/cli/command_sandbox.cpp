#include "base/descriptor_limit.hpp"
#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "job/interrupt.hpp"
#include "loop/epoll_loop.hpp"
#include "sandbox/sandbox.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace limn {

namespace {

constexpr std::uint64_t k_open_files = 4096 + 64; // the most connections of a sandbox, and the rest

struct ServedSandbox {
  std::uint16_t port = 0; // 0: any free one
  bool list = false;
};

int list(Out& out, const GlobalOptions& global)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("behaviours");
  json.begin_array();
  const bool as_text = global.format == ReportFormat::text;
  for (const auto& group : behaviour_groups()) {
    if (as_text) {
      out.line(fmt::format("{}:", group.name));
    }
    for (const auto& behaviour : group.rows) {
      if (as_text) {
        out.line(fmt::format("  {:<30} {}", behaviour.name, behaviour.summary));
      }
      json.begin_object();
      json.member("name", behaviour.name);
      json.member("group", group.name);
      json.member("summary", behaviour.summary);
      json.end_object();
    }
  }
  json.end_array();
  json.end_object();
  if (global.format == ReportFormat::json) {
    out.json(json);
  }
  return 0;
}

Result<int> serve_sandbox(Out& out, Terminal& terminal, const GlobalOptions& global,
                          const ServedSandbox& options)
{
  if (options.list) {
    return list(out, global);
  }
  SandboxOptions sandbox_options;
  sandbox_options.port = options.port;
  raise_descriptor_limit(k_open_files);
  LIMN_TRY_ASSIGN(const auto loop, epoll_loop());
  LIMN_TRY_ASSIGN(const auto server, Sandbox::start(*loop, sandbox_options));
  // On stdout and at once: a script reads the port from here.
  if (global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("port", static_cast<std::int64_t>(server->port()));
    json.member("base_url", server->base_url("ok"));
    json.end_object();
    out.json(json);
  } else {
    out.line(server->base_url("ok"));
    terminal.say(LogLevel::info,
                 "any key will do, and nothing is charged: a cost that limn tells is what the same "
                 "answers would cost elsewhere; other behaviours: limn sandbox --list; stop with "
                 "Ctrl-C");
  }
  out.flush();
  const InterruptPipe interrupt;
  const auto signals = interrupt.watch(*loop, [&](StopSignal) { loop->stop(); });
  loop->run();
  return 0;
}

} // namespace

Command sandbox_command()
{
  const auto options = std::make_shared<ServedSandbox>();
  Command command{"sandbox", "serve a small gateway on this machine for trying things out"};
  command.examples = {"limn sandbox --port 8765", "limn sandbox --list"};
  command.add_options = [options](CLI::App& app) {
    app.add_option("--port", options->port, "to listen at; 0: any free one")
      ->type_name("N")
      ->capture_default_str();
    app.add_flag("--list", options->list, "list its behaviours");
  };
  command.run = [options](const Invocation& invocation) {
    return serve_sandbox(invocation.out, invocation.terminal, invocation.global, *options);
  };
  return command;
}

} // namespace limn
