#pragma once

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace limn {

// What is known of the value of an option or argument, for the completions of shells.
enum class ValueKind {
  file,
  folder,
  gateways, // these four may be several: "a,b"
  models,
  providers,
  isolated,
  entry,     // of the history
  input,     // a file, or such an entry
  forgotten, // gateways, or entries where --history is said
  setting,
  topic, // of help
};

// A check that everything passes: it tells what is known of the value, where the option's type
// (FILE, DIR) and its own check (CLI::IsMember) do not.
CLI::Validator takes(ValueKind kind);

// Likewise for words of which others may be known, too.
CLI::Validator takes(const std::vector<std::string>& words);

struct OptionValue {
  std::vector<std::string> words;
  std::optional<ValueKind> kind;
};

// What its checks and its type tell.
OptionValue value_of(CLI::Option& option);

} // namespace limn
