#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/option_checks.hpp"
#include "job/limn_yaml.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <string_view>
#include <system_error>

namespace limn {

namespace {

struct InitText {
  bool print = false;
  std::string output;
};

// What was done, and what comes next.
void tell(Terminal& terminal, const FirstLimnYaml& first)
{
  const auto& names = first.gateways;
  if (!names.empty()) {
    terminal.say(LogLevel::info,
                 fmt::format("with {} gateway{} of the environment, {}; the key{} stay{} there",
                             names.size(), names.size() == 1 ? "" : "s", fmt::join(names, ", "),
                             names.size() == 1 ? "" : "s", names.size() == 1 ? "s" : ""));
  }
  if (first.told > 0) {
    terminal.say(LogLevel::info,
                 fmt::format("{} more {} found anyway and {} told of in comments", first.told,
                             first.told == 1 ? "is" : "are", first.told == 1 ? "is" : "are"));
  }
  terminal.say(LogLevel::info,
               names.empty() && first.told == 0
                 ? "next: `limn config edit` to fill in a gateway, then `limn verify`"
                 : "next: `limn verify` asks them for the model; `limn config edit` changes it");
}

void write(Out& out, const std::filesystem::path& file, const FirstLimnYaml& first)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.member("limn_yaml", file.string());
  json.key("gateways");
  json.begin_array();
  for (const auto& name : first.gateways) {
    json.text(name);
  }
  json.end_array();
  json.end_object();
  out.json(json);
}

Done check(const InitText& text, const GlobalOptions& global)
{
  if (!text.output.empty() && text.output != "-") {
    return fail(FailureClass::usage, "-o takes only -, which prints it",
                "--config FILE names the file to write");
  }
  if ((text.print || !text.output.empty()) && global.format == ReportFormat::json) {
    return fail(FailureClass::usage, "--print and --json exclude each other",
                "--json tells of the file that is written");
  }
  return {};
}

Result<int> init(const Invocation& invocation, const InitText& text)
{
  LIMN_TRY(check(text, invocation.global));
  const bool prints = text.print || !text.output.empty();
  const auto file = settings_files(invocation.global).limn_yaml;
  std::error_code ignored;
  if (!prints && std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) {
    return fail(limn_yaml_is_there(file));
  }
  auto global = invocation.global;
  global.config = ConfigFile::may_be_absent;
  LIMN_TRY_ASSIGN(
    const auto session,
    Session::open(global, invocation.redactor, invocation.terminal, invocation.out, Memory::none));
  const auto first = first_limn_yaml(session->host(), invocation.redactor);
  if (prints) {
    for (std::string_view rest = first.text; !rest.empty();) {
      const auto end = std::min(rest.find('\n'), rest.size());
      invocation.out.line(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return 0;
  }
  LIMN_TRY(make_limn_yaml(file, first.text));
  if (invocation.global.format == ReportFormat::json) {
    write(invocation.out, file, first);
  } else {
    invocation.out.path(file);
    tell(invocation.terminal, first);
  }
  return 0;
}

} // namespace

Command init_command()
{
  const auto text = std::make_shared<InitText>();
  Command command{"init", "write a limn.yaml to begin with, every setting explained in it, and the "
                          "gateways that are found"};
  command.examples = {"limn init", "limn init --print"};
  command.add_options = [text](CLI::App& app) {
    auto* print = app.add_flag("--print", text->print, "print it instead");
    app.add_option("-o,--output", text->output, "- is --print")
      ->type_name("-")
      ->check(k_not_empty)
      ->excludes(print);
  };
  command.run = [text](const Invocation& invocation) { return init(invocation, *text); };
  return command;
}

} // namespace limn
