#pragma once

#include "cli/command.hpp"
#include "cli/option_value.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The words of a line of a shell, without quotes; the last one is what stands before the cursor,
// and may be empty. Nothing in it is looked up or run.
std::vector<std::string> shell_words(std::string_view line);

// What may stand at the cursor of a command line.
struct CursorPlace {
  struct Choice {
    std::string word;
    std::string about; // a few words; may be empty
  };

  std::vector<Choice> choices;       // commands, options, words of an option
  std::optional<ValueKind> kind;     // of a value
  std::string before;                // of a value, within its word: "--gateway=", "a,"
  std::vector<std::string> given;    // words that are neither commands nor options
  std::vector<std::string> options;  // as they were given: "--history"
  std::filesystem::path config_file; // of --config
};

// Of words behind "limn", the last of which stands before the cursor. `app` is a table with these
// commands (command_table.hpp); those that are named get their options.
CursorPlace cursor_place(CLI::App& app, const std::vector<Command>& commands,
                         const std::vector<std::string>& words);

// What a description says first, short enough for a list.
std::string brief(std::string_view description);

} // namespace limn
