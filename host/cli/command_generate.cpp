#include "cli/commands.hpp"
#include "cli/draw.hpp"
#include "cli/prompt.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace limn {

Command generate_command()
{
  struct Text {
    PromptText prompt;
    DrawText draw;
  };
  const auto text = std::make_shared<Text>();
  Command command{"generate", "draw a picture"};
  command.examples = {"limn generate \"a fox in the snow\" -s 16:9 -o fox.png",
                      "limn generate a fox in the snow -n 2 -q low --max-cost 0.10",
                      "limn generate --prompt-file fox.txt --dry-run"};
  command.add_options = [text](CLI::App& app) {
    add_prompt_options(app, text->prompt);
    add_draw_options(app, text->draw);
  };
  command.run = [text](const Invocation& invocation) -> Result<int> {
    LIMN_TRY_ASSIGN(text->draw.job.prompt,
                    read_prompt(text->prompt, text->draw.job.inputs, invocation));
    return draw(invocation, text->draw, "generate", Announce::nothing);
  };
  return command;
}

} // namespace limn
