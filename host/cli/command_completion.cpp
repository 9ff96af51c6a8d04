#include "cli/commands.hpp"
#include "cli/completion/completion_scripts.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

std::vector<std::string> shells()
{
  std::vector<std::string> names;
  for (const auto& script : completion_scripts()) {
    names.emplace_back(script.shell);
  }
  return names;
}

} // namespace

Command completion_command()
{
  const auto shell = std::make_shared<std::string>();
  Command command{"completion", "print what makes a shell complete command lines of limn"};
  command.examples = {"limn completion bash >~/.local/share/bash-completion/completions/limn",
                      "limn completion fish >~/.config/fish/completions/limn.fish"};
  command.add_options = [shell](CLI::App& app) {
    app.add_option("shell", *shell, fmt::format("{}", fmt::join(shells(), ", ")))
      ->required()
      ->check(CLI::IsMember(shells()));
  };
  command.run = [shell](const Invocation& invocation) -> Result<int> {
    const auto script = std::ranges::find(completion_scripts(), *shell, &CompletionScript::shell);
    auto text = script->text;
    while (!text.empty()) {
      const auto end = text.find('\n');
      invocation.out.line(text.substr(0, end));
      text.remove_prefix(std::min(end, text.size() - 1) + 1);
    }
    return 0;
  };
  return command;
}

} // namespace limn
