#pragma once

#include "cli/command.hpp"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace limn {

// The words that `limn help` was asked about.
using HelpTopics = std::shared_ptr<std::vector<std::string>>;

inline constexpr const char* k_help = "help";
inline constexpr const char* k_exit_status = "exit-status"; // another topic

// "limn 0.1.0"
const char* version_line();

// All of them, in the order in which help tells them. The table of every option is what CLI11 has
// of these once they are added to an App.
std::vector<Command> all_commands(const HelpTopics& topics);

// The same as an App, for who reads the table and not a command line. A command has its options
// there once they are filled in.
struct CommandTable {
  std::vector<Command> commands;
  GlobalOptions global;
  bool json = false;
  CLI::App app;

  CommandTable();
};

// limn's own App: what it says of itself, and the options of every command, which are read into
// these two.
void make_table(CLI::App& app, GlobalOptions& global, bool& json);

// A command and its words, as subcommands of an App. Borrowed. Each gets its options once it is the
// one that was given.
void add_command(CLI::App& app, const Command& command);

// The options and examples of such a subcommand.
void fill_command(CLI::App& word, const Command& command);

} // namespace limn
