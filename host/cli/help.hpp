#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace limn {

// The help of every command, 80 columns wide.
//
// Its table is CLI11's own model of the command line: each `CLI::App` has its description, its
// options with group, names, type, default and description, and its examples as the footer. Nothing
// about an option stands anywhere else, so that whatever else is made of it, such as a page of a
// manual, is another class like this one over the same `CLI::App`. (The options of a command are
// made when it is chosen: who wants them all calls each one's `Command::add_options` first.)
class HelpFormatter : public CLI::Formatter
{
public:
  std::string make_help(const CLI::App* app, std::string name,
                        CLI::AppFormatMode mode) const override;
};

// Not one that is limn's own.
inline bool is_shown(const CLI::App* command)
{
  return !command->get_group().empty();
}

// The group of the options that every command has: told at the end of each.
inline constexpr const char* k_every_command = "With every command";

// A line for each exit status.
std::string exit_statuses();

} // namespace limn
