#pragma once

#include "cli/command.hpp"
#include "job/job_text.hpp"

#include <optional>
#include <string>

namespace limn {

// What the commands share that draw one picture: generate, edit, again.

struct DrawText {
  JobText job;
  std::string show;           // these two: empty, as the settings say
  std::optional<int> partial; // previews of each image
  bool dry_run = false;
  bool sandbox = false;
};

// All their options but the prompt; `text` is borrowed until the command line was read.
void add_draw_options(CLI::App& app, DrawText& text);

// Whether it is told what is drawn, and what it costs at most, before it is begun.
enum class Announce { nothing, cost };

// Draws it, tells what became of it, and returns the exit status. `door`: for the history.
Result<int> draw(const Invocation& invocation, const DrawText& text, std::string door,
                 Announce announce);

} // namespace limn
