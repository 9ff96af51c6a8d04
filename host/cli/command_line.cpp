#include "cli/command_line.hpp"

#include "base/contains.hpp"
#include "cli/command_table.hpp"
#include "cli/complete.hpp"
#include "cli/help.hpp"
#include "cli/usage.hpp"
#include "cli/version_report.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

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

Result<CommandLine> parse(std::vector<std::string> words, const std::vector<Command>& commands,
                          const HelpTopics& topics);

// What `limn help` tells of these words.
Result<CommandLine> help_about(std::vector<std::string> words, const CLI::App& app,
                               const std::vector<Command>& commands)
{
  if (words == std::vector<std::string>{k_exit_status}) {
    CommandLine line;
    line.text = exit_statuses();
    return line;
  }
  const auto known = words_to_a_command(words, commands);
  if (known < words.size() && words != std::vector<std::string>{k_help}) {
    const auto* last = &app;
    for (std::size_t i = 0; i < known; ++i) {
      last = last->get_subcommand(words[i]);
    }
    return fail(no_topic(*last, words[known]));
  }
  words.emplace_back("--help");
  return parse(std::move(words), commands, std::make_shared<std::vector<std::string>>());
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

Result<CommandLine> parse(std::vector<std::string> words, const std::vector<Command>& commands,
                          const HelpTopics& topics)
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
  CLI::App app;
  make_table(app, line.global, json);
  for (const auto* command : wanted(words, commands)) {
    add_command(app, *command);
  }

  try {
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    line.text = app.help();
    return line;
  } catch (const CLI::CallForAllHelp&) {
    line.text = app.help("", CLI::AppFormatMode::All);
    return line;
  } catch (const CLI::CallForVersion&) {
    if (app.count("--json") == 0) {
      line.text = std::string(version_line()) + "\n";
      return line;
    }
    if (app.count("--config") > 0) { // which the parser has not come to yet
      line.global.config_file = app["--config"]->results().back();
    }
    line.run = report_version;
    return line;
  } catch (const CLI::ParseError& error) {
    return fail(usage_failure(app, error));
  }
  if (app.get_subcommands().front()->get_name() == k_help) {
    return help_about(std::move(*topics), app, commands);
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
    line.text = std::string(version_line()) + "\n";
    return line;
  }
  if (!words.empty() && words.front() == k_complete) {
    CommandLine line;
    line.run = [asked = std::vector(words.begin() + 1, words.end())](const Invocation& invocation) {
      return complete(invocation, asked);
    };
    return line;
  }
  const auto topics = std::make_shared<std::vector<std::string>>();
  const auto commands = all_commands(topics);
  // Known even if the rest of the line makes no sense.
  format = contains(words, "--json") ? ReportFormat::json : ReportFormat::text;
  return parse(std::move(words), commands, topics);
}

} // namespace limn
