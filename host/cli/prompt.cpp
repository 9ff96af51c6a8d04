#include "cli/prompt.hpp"

#include "base/utf8.hpp"
#include "cli/job_options.hpp"
#include "cli/option_checks.hpp"
#include "job/job_text.hpp"
#include "job/paths.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

namespace limn {

namespace {

// Without the mark that editors put before a text, and the line end behind it.
std::string prompt_of(std::istream& input)
{
  std::string prompt(k_max_prompt_size + 8, '\0'); // enough to see that it is too large
  input.read(prompt.data(), static_cast<std::streamsize>(prompt.size()));
  prompt.resize(static_cast<std::size_t>(input.gcount()));
  if (prompt.starts_with(k_byte_order_mark)) {
    prompt.erase(0, k_byte_order_mark.size());
  }
  while (!prompt.empty() && (prompt.back() == '\n' || prompt.back() == '\r')) {
    prompt.pop_back();
  }
  return prompt;
}

std::string prompt_of_standard_input(Terminal& terminal)
{
  if (::isatty(STDIN_FILENO) == 1) {
    terminal.say(LogLevel::info,
                 "say what to draw; Ctrl-D on a line of its own ends it, Ctrl-C leaves");
  }
  return prompt_of(std::cin);
}

Result<std::string> prompt_of_file(const std::string& name)
{
  const auto path = from_here(name);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return fail(FailureClass::usage, fmt::format("prompt-file: {} is a folder", name));
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(FailureClass::usage,
                fmt::format("prompt-file: cannot read {}: {}", name, std::strerror(errno)));
  }
  return prompt_of(file);
}

// Somebody sends something: not a terminal, and not /dev/null.
bool is_something_piped_in()
{
  struct stat status {
  };
  return ::fstat(STDIN_FILENO, &status) == 0
         && (S_ISFIFO(status.st_mode) || S_ISREG(status.st_mode) || S_ISSOCK(status.st_mode));
}

// The parser of the command line takes such a word of several for a list.
bool is_bracketed(const std::string& word)
{
  return word.starts_with('[') && word.ends_with(']');
}

} // namespace

void add_prompt_options(CLI::App& command, PromptText& text)
{
  command
    .add_option(
      "prompt", text.first,
      "what to draw, in quotes or not; - reads it from standard input, as does no prompt at "
      "all where something is piped in. At most 128 KiB of UTF-8")
    ->option_text("...");
  command.add_option("words", text.more)->group("");
  command
    .add_option("--prompt-file", text.file, "read the prompt from this file; - is standard input")
    ->type_name("FILE")
    ->check(k_not_empty)
    ->group(k_picture);
}

Result<std::string> read_prompt(const PromptText& text, const std::vector<std::string>& inputs,
                                const Invocation& invocation)
{
  const bool is_taken = std::ranges::find(inputs, "-") != inputs.end();
  const bool is_from_there = text.file == "-" || (text.first == "-" && text.more.empty());
  if (is_taken && (is_from_there || (!text.first && text.file.empty()))) {
    return fail(FailureClass::usage,
                "an image comes from standard input: the prompt has to come from elsewhere",
                "limn edit -i - \"make it night\" < fox.png");
  }
  if (text.first && !text.file.empty()) {
    return fail(FailureClass::usage, "there are two prompts: one in words and one in --prompt-file",
                "leave one of them out");
  }
  if (is_from_there) {
    return prompt_of_standard_input(invocation.terminal);
  }
  if (!text.file.empty()) {
    return prompt_of_file(text.file);
  }
  if (text.first) {
    if (!text.more.empty() && std::ranges::any_of(invocation.words, is_bracketed)) {
      return fail(FailureClass::usage, "a word in brackets stands among others",
                  "put the whole prompt in quotes");
    }
    auto prompt = *text.first;
    for (const auto& word : text.more) {
      prompt += " " + word;
    }
    return prompt;
  }
  if (is_something_piped_in()) {
    return prompt_of_standard_input(invocation.terminal);
  }
  return fail(FailureClass::usage, "there is no prompt",
              "say what to draw: limn generate \"a fox in the snow\"");
}

} // namespace limn
