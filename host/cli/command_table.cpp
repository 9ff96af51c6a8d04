#include "cli/command_table.hpp"

#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"

namespace limn {

namespace {

constexpr const char* k_description = "limn draws a picture from words through any "
                                      "OpenAI-compatible API that is configured on this machine.";
void add_global_options(CLI::App& app, GlobalOptions& global, bool& json)
{
  app.option_defaults()->group(k_every_command);
  app.set_help_flag("-h,--help", "show this help, or that of the command before it");
  app.set_version_flag("-V,--version", version_line(),
                       "print the version; as JSON also what limn is made of, and where its files "
                       "are");
  app.add_flag("--json", json, "print one JSON envelope on standard output");
  app.add_flag("--events", global.events, "print JSON lines on standard error while it works");
  app.add_flag("-v,--verbose", global.verbose, "say what is done, down to HTTP headers");
  app.add_flag("--quiet", global.quiet, "say nothing but errors");
  app
    .add_option("--color", global.color,
                "colours on standard error: auto (where it is a terminal and NO_COLOR is unset), "
                "always or never (default: auto)")
    ->type_name("WORD")
    ->check(CLI::IsMember({"auto", "always", "never"}));
  app
    .add_option(
      "--config", global.config_file,
      "read this file instead of ~/.config/limn/limn.yaml, and preferences.yaml beside it")
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
    ->check(k_not_empty)
    ->check(takes(ValueKind::isolated));
  app.add_flag("--no-plugins", global.no_plugins, "load no plugin, not even limn's own");
  app.add_option("--cacert", global.ca_file, "trust the certificates in this file, and no others")
    ->type_name("FILE");
  app.option_defaults()->group("Options");
}

std::string footer_of(const std::vector<std::string>& examples)
{
  std::string text;
  for (const auto& example : examples) {
    text += (text.empty() ? "Examples:\n  " : "  ") + example + "\n";
  }
  return text;
}

Command help_command(const HelpTopics& topics)
{
  Command command{k_help, "tell about a command, or about exit-status"};
  command.examples = {"limn help generate", "limn help config set", "limn help exit-status"};
  command.add_options = [topics](CLI::App& app) {
    app.add_option("topic", *topics, "a command and its words, or exit-status")
      ->option_text("...")
      ->check(takes(ValueKind::topic));
  };
  return command;
}

} // namespace

const char* version_line()
{
  return "limn " LIMN_VERSION;
}

std::vector<Command> all_commands(const HelpTopics& topics)
{
  std::vector<Command> commands;
  for (const auto make :
       {generate_command,   edit_command,        again_command,  batch_command,
        history_command,    show_command,        open_command,   spend_command,
        recover_command,    discover_command,    verify_command, models_command,
        doctor_command,     forget_command,      init_command,   config_command,
        plugins_command,    sandbox_command,     mcp_command,    serve_command,
        queue_command,      skill_command,       work_command,   work_on_jobs_command,
        completion_command, manual_pages_command}) {
    commands.push_back(make());
  }
  commands.push_back(help_command(topics));
  return commands;
}

CommandTable::CommandTable() : commands(all_commands(std::make_shared<std::vector<std::string>>()))
{
  make_table(app, global, json);
  for (const auto& command : commands) {
    add_command(app, command);
  }
}

void make_table(CLI::App& app, GlobalOptions& global, bool& json)
{
  app.name("limn");
  app.description(k_description);
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer([] { return exit_statuses(); });
  app.require_subcommand(1);
  app.fallthrough();
  add_global_options(app, global, json);
}

void add_command(CLI::App& app, const Command& command)
{
  auto* word = app.add_subcommand(command.name, command.description);
  if (command.is_hidden) {
    word->group("");
  }
  word->preparse_callback([&command, word](std::size_t) { fill_command(*word, command); });
  if (!command.words.empty()) {
    word->require_subcommand(command.run ? 0 : 1, 1);
  }
  for (const auto& below : command.words) {
    add_command(*word, below);
  }
}

void fill_command(CLI::App& word, const Command& command)
{
  word.footer(footer_of(command.examples));
  if (command.add_options) {
    command.add_options(word);
  }
}

} // namespace limn
