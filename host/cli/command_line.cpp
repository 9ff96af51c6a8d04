#include "cli/command_line.hpp"

#include "base/contains.hpp"
#include "cli/commands.hpp"
#include "cli/help.hpp"
#include "cli/option_checks.hpp"
#include "cli/usage.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

constexpr const char* k_description = "limn draws a picture from words through any "
                                      "OpenAI-compatible API that is configured on this machine.";
constexpr const char* k_help = "help";
constexpr const char* k_exit_status = "exit-status";
constexpr const char* k_version = "limn " LIMN_VERSION;

void add_global_options(CLI::App& app, GlobalOptions& global, bool& json)
{
  app.option_defaults()->group(k_every_command);
  app.set_help_flag("-h,--help", "show this help, or that of the command before it");
  app.set_version_flag("-V,--version", k_version, "print the version");
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
    ->check(k_not_empty);
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

void add(CLI::App& app, const Command& command)
{
  auto* word = app.add_subcommand(command.name, command.description);
  if (command.is_hidden) {
    word->group("");
  }
  word->preparse_callback([&command, word](std::size_t) {
    word->footer(footer_of(command.examples));
    if (command.add_options) {
      command.add_options(*word);
    }
  });
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

// How many of these words, from the first on, lead from command to command.
std::size_t words_to_a_command(const std::vector<std::string>& words,
                               const std::vector<Command>& commands)
{
  const auto* among = &commands;
  std::size_t count = 0;
  for (const auto& word : words) {
    const auto found = std::ranges::find(*among, word, &Command::name);
    if (found == among->end()) {
      break;
    }
    among = &found->words;
    ++count;
  }
  return count;
}

// `limn config set help` is what people write for `limn config set --help`. A picture of "help" is
// to be had behind --.
bool asks_for_help(const std::vector<std::string>& words, const std::vector<Command>& commands)
{
  return words.size() > 1 && words.back() == k_help && words.front() != k_help
         && words_to_a_command(words, commands) == words.size() - 1;
}

Result<CommandLine> parse(std::vector<std::string> words, const std::vector<Command>& commands);

// What `limn help` tells of these words.
Result<CommandLine> help_about(std::vector<std::string> topics, const CLI::App& app,
                               const std::vector<Command>& commands)
{
  if (topics == std::vector<std::string>{k_exit_status}) {
    CommandLine line;
    line.text = exit_statuses();
    return line;
  }
  const auto known = words_to_a_command(topics, commands);
  if (known < topics.size() && topics != std::vector<std::string>{k_help}) {
    const auto* last = &app;
    for (std::size_t i = 0; i < known; ++i) {
      last = last->get_subcommand(topics[i]);
    }
    return fail(no_topic(*last, topics[known]));
  }
  topics.emplace_back("--help");
  return parse(std::move(topics), commands);
}

// Those that the parser has to know: the ones that some word names, or all, where none does or help
// may be wanted. Each costs a hundredth of a millisecond.
std::vector<const Command*> wanted(const std::vector<std::string>& words,
                                   const std::vector<Command>& commands)
{
  std::vector<const Command*> named;
  std::vector<const Command*> all;
  for (const auto& command : commands) {
    all.push_back(&command);
    if (contains(words, command.name)) {
      named.push_back(&command);
    }
  }
  const bool may_need_help =
    contains(words, k_help) || contains(words, "--help") || contains(words, "-h");
  return named.empty() || may_need_help ? all : named;
}

Result<CommandLine> parse(std::vector<std::string> words, const std::vector<Command>& commands)
{
  if (contains(words, "++")) { // which means something to the parser
    return fail(FailureClass::usage, "'++' is no word of its own",
                "put the whole prompt in one pair of quotes: \"C ++\"");
  }
  if (asks_for_help(words, commands)) {
    words.back() = "--help";
  }
  CommandLine line;
  bool json = false;
  std::vector<std::string> topics;
  CLI::App app(k_description, "limn");
  app.formatter(std::make_shared<HelpFormatter>());
  app.footer([] { return exit_statuses(); });
  app.require_subcommand(1);
  app.fallthrough();
  add_global_options(app, line.global, json);
  for (const auto* command : wanted(words, commands)) {
    add(app, *command);
  }
  auto* help = app.add_subcommand(k_help, "tell about a command, or about exit-status");
  help->preparse_callback([&topics, help](std::size_t) {
    help->footer(
      footer_of({"limn help generate", "limn help config set", "limn help exit-status"}));
    help->add_option("topic", topics, "a command and its words, or exit-status")
      ->option_text("...");
  });

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    line.text = app.help();
    return line;
  } catch (const CLI::CallForAllHelp&) {
    line.text = app.help("", CLI::AppFormatMode::All);
    return line;
  } catch (const CLI::CallForVersion&) {
    line.text = std::string(k_version) + "\n";
    return line;
  } catch (const CLI::ParseError& error) {
    return fail(usage_failure(app, error));
  }
  if (help->parsed()) {
    return help_about(std::move(topics), app, commands);
  }
  if (auto failure = single_dash(app, words)) {
    return fail(std::move(*failure));
  }
  line.global.format = json ? ReportFormat::json : ReportFormat::text;
  line.run = chosen(app, commands).run;
  return line;
}

} // namespace

Result<CommandLine> parse_command_line(int argc, char** argv, ReportFormat& format)
{
  std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
  if (words.size() == 1 && (words.front() == "--version" || words.front() == "-V")) {
    CommandLine line;
    line.text = std::string(k_version) + "\n";
    return line;
  }
  std::vector<Command> commands;
  for (const auto make :
       {generate_command, edit_command,    again_command,   batch_command,   history_command,
        show_command,     open_command,    spend_command,   recover_command, discover_command,
        verify_command,   models_command,  doctor_command,  forget_command,  init_command,
        config_command,   plugins_command, sandbox_command, mcp_command,     serve_command,
        skill_command,    work_command}) {
    commands.push_back(make());
  }
  // Known even if the rest of the line makes no sense.
  format = contains(words, "--json") ? ReportFormat::json : ReportFormat::text;
  return parse(std::move(words), commands);
}

} // namespace limn
