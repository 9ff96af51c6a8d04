#include "cli/command_line.hpp"

#include "base/contains.hpp"
#include "base/nearest.hpp"
#include "cli/commands.hpp"
#include "cli/option_checks.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

constexpr const char* k_description = "limn draws a picture from words through any "
                                      "OpenAI-compatible API that is configured on this machine.";
constexpr const char* k_footer =
  "Exit status: 0 done, 1 internal, 2 usage or settings, 3 no gateway found,\n"
  "4 auth or access, 5 billing, 6 model or endpoint unavailable, 7 content refused,\n"
  "8 network, TLS or server failure, 9 outcome unknown, may have cost money,\n"
  "10 not saved, 11 unusable answer, 12 rate limited, 13 invalid request,\n"
  "14 only some items of a batch have their images, 130 interrupted (Ctrl-C),\n"
  "143 ended by SIGTERM, 129 ended by SIGHUP.";

void add_global_options(CLI::App& app, GlobalOptions& global, bool& json)
{
  app.add_flag("--json", json, "print one JSON envelope on standard output");
  app.add_flag("--events", global.events, "print JSON lines on standard error while it works");
  app.add_flag("-v,--verbose", global.verbose, "say what is done, down to HTTP headers");
  app.add_flag("-q,--quiet", global.quiet, "say nothing but errors");
  app
    .add_option("--config", global.config_file,
                "read this file instead of limn.yaml, and preferences.yaml beside it")
    ->type_name("FILE");
  app.add_option("--plugin", global.plugin_files, "load this plugin too; may be repeated")
    ->type_name("FILE")
    ->allow_extra_args(false);
  app
    .add_option(
      "--isolate", global.isolate,
      "run this provider in a process of its own; may be repeated, or a,b; all: every one")
    ->type_name("ID")
    ->allow_extra_args(false)
    ->check(k_not_empty);
  app.add_flag("--no-plugins", global.no_plugins, "load no plugin, not even limn's own");
  app.add_option("--cacert", global.ca_file, "trust the certificates in this file, and no others")
    ->type_name("FILE");
}

// CLI11 says what is wrong; a misspelt command deserves the nearest one as well.
Failure usage_failure(const CLI::App& app, const CLI::ParseError& error)
{
  std::string command = "limn";
  for (auto given = app.get_subcommands(); !given.empty();
       given = given.front()->get_subcommands()) {
    command += " " + given.front()->get_name();
  }
  Failure failure(FailureClass::usage, error.what(), command + " --help");
  const auto unknown = app.remaining(); // what is no option, no value of one, and no command
  if (!app.get_subcommands().empty() || unknown.empty()) {
    return failure;
  }
  if (unknown.front().starts_with('-')) {
    failure.message = fmt::format("'{}' is no option", unknown.front());
    return failure;
  }
  std::vector<std::string> names;
  for (const auto* one : app.get_subcommands(nullptr)) {
    names.push_back(one->get_name());
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  const auto similar = nearest(unknown.front(), known);
  failure.message = fmt::format("'{}' is no command{}", unknown.front(),
                                similar ? fmt::format(": did you mean '{}'?", *similar) : "");
  return failure;
}

void add(CLI::App& app, const Command& command)
{
  auto* word = app.add_subcommand(command.name, command.description);
  if (command.add_options) {
    word->preparse_callback([&command, word](std::size_t) { command.add_options(*word); });
  }
  if (!command.words.empty()) {
    word->require_subcommand(command.run ? 0 : 1, 1);
  }
  for (const auto& below : command.words) {
    add(*word, below);
  }
}

// The one that the command line ends in.
const Command& chosen(const CLI::App& app, const std::vector<Command>& commands)
{
  const auto* given = app.get_subcommands().front();
  const auto& command = *std::ranges::find(commands, given->get_name(), &Command::name);
  return given->get_subcommands().empty() ? command : chosen(*given, command.words);
}

} // namespace

Result<CommandLine> parse_command_line(int argc, char** argv, ReportFormat& format)
{
  const std::vector<Command> commands{
    generate_command(), batch_command(),   discover_command(), verify_command(), forget_command(),
    doctor_command(),   history_command(), show_command(),   open_command(),   spend_command(),
    recover_command(), plugins_command(),  config_command(), sandbox_command()};
  CommandLine line;
  bool json = false;
  CLI::App app(k_description, "limn");
  app.footer(k_footer);
  app.set_version_flag("--version", "limn " LIMN_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.set_help_flag("-h,--help", "show this help");
  add_global_options(app, line.global, json);
  for (const auto& command : commands) {
    add(app, command);
  }

  // Known even if the rest of the line makes no sense.
  const std::vector<std::string_view> words(argv, argv + argc);
  format = contains(words, "--json") ? ReportFormat::json : ReportFormat::text;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    line.text = app.help();
    return line;
  } catch (const CLI::CallForAllHelp&) {
    line.text = app.help("", CLI::AppFormatMode::All);
    return line;
  } catch (const CLI::CallForVersion&) {
    line.text = "limn " LIMN_VERSION "\n";
    return line;
  } catch (const CLI::ParseError& error) {
    return fail(usage_failure(app, error));
  }
  line.global.format = json ? ReportFormat::json : ReportFormat::text;
  line.run = chosen(app, commands).run;
  return line;
}

} // namespace limn
