#pragma once

#include <CLI/CLI.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What is told of the options of a command, of which its help and its page of the manual are made.
using OptionRows = std::vector<const CLI::Option*>;

// "-s, --size SIZE", "    --quiet"; of an argument "prompt...".
std::string option_name(const CLI::Option& option);

// Its description, and its default where CLI11 knows it.
std::string option_text(const CLI::Option& option);

// Those of one group; the help flag of a command is told with those that every command has.
OptionRows options_of(const CLI::App& app, const std::string& group);

OptionRows arguments_of(const CLI::App& app);

// limn's own App, of that of a command.
const CLI::App& root_of(const CLI::App& app);

// What follows the name of a command: " [prompt...] [OPTIONS]".
std::string usage_of(const CLI::App& app);

struct ExitStatusRow {
  std::string_view status; // "143, 129"
  std::string_view what;
};
std::span<const ExitStatusRow> exit_status_rows();

} // namespace limn
