#pragma once

#include "cli/command.hpp"

#include <optional>
#include <string>
#include <vector>

namespace limn {

// What was said of a prompt, before it is read.
struct PromptText {
  std::optional<std::string> first;
  std::vector<std::string> more; // words behind it
  std::string file;
};

// The prompt of a command that draws one; `text` is borrowed until the command line was read.
void add_prompt_options(CLI::App& command, PromptText& text);

// The words joined by blanks; the file; or standard input, where the prompt or the file is - or
// nothing was said and something is piped in. FailureClass::usage where there is none, or two, or
// where one of the `inputs` is to come from standard input as well.
Result<std::string> read_prompt(const PromptText& text, const std::vector<std::string>& inputs,
                                const Invocation& invocation);

} // namespace limn
