#include "cli/commands.hpp"
#include "cli/draw.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "cli/prompt.hpp"
#include "job/past.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

enum class Place { said, not_said }; // where it is to be drawn

// What was asked for, as it is said on a command line.
Result<JobText> asked_text(const PastEntry& entry, const JobText& changes, Place place)
{
  const auto asked = past_parameters_from(entry.attempt.parameters);
  JobText text;
  text.prompt = entry.attempt.prompt;
  // It was drawn so: whatever the rules of the model say.
  text.size = asked.size + (parse_size(asked.size) ? "!" : "");
  text.count = entry.attempt.images > 0 ? 1 : asked.count; // one like this one
  text.quality = asked.quality;
  text.background = asked.background;
  text.format = asked.format;
  text.compression = asked.compression;
  text.moderation = asked.moderation;
  text.inputs = asked.inputs;
  text.mask = asked.mask;
  if (entry.attempt.gateway == "sandbox" && entry.attempt.cost == Cost()
      && place == Place::not_said) {
    return fail(FailureClass::usage,
                fmt::format("{} was drawn in the sandbox, which costs nothing", entry.id()),
                "--sandbox draws it there again; --gateway NAME at one that may cost money");
  }
  const bool has_own_inputs = !changes.inputs.empty();
  if (!has_own_inputs && std::ranges::find(text.inputs, "-") != text.inputs.end()) {
    return fail(
      FailureClass::usage,
      fmt::format("{} was drawn from an image on standard input, which is not kept", entry.id()),
      "give it once more: -i FILE");
  }
  if (!has_own_inputs && std::ranges::any_of(text.inputs, [](const std::string& input) {
        return input.find(k_redacted) != std::string::npos;
      })) {
    return fail(FailureClass::usage,
                fmt::format("{} was drawn from an address with a secret in it, which is not kept",
                            entry.id()),
                "give it once more: -i https://...");
  }
  return text;
}

Result<int> draw_again(const Invocation& invocation, DrawText text, const std::string& id,
                       const PromptText& prompt)
{
  LIMN_TRY_ASSIGN(const auto entry, past_entry(id));
  if (entry.attempt.door == k_passed_door) {
    return fail(FailureClass::usage,
                fmt::format("{} asked for no picture: limn serve passed it on", entry.id()),
                "limn history lists what can be drawn again");
  }
  LIMN_TRY_ASSIGN(
    const auto asked,
    asked_text(entry, text.job,
               text.sandbox || !text.job.gateways.empty() ? Place::said : Place::not_said));
  text.job = with_defaults(std::move(text.job), asked);
  text.job.prompt = asked.prompt;
  if (prompt.first) {
    LIMN_TRY_ASSIGN(text.job.prompt, read_prompt(prompt, text.job.inputs, invocation));
  }
  if (text.job.models.empty()) {
    text.job.models = {entry.attempt.model};
  }
  return draw(invocation, text, "again", Announce::cost);
}

} // namespace

Command edit_command()
{
  struct Text {
    PromptText prompt;
    DrawText draw;
  };
  const auto text = std::make_shared<Text>();
  Command command{"edit", "change a picture: the last one, a file, or one of the history"};
  command.examples = {"limn edit \"make it night\"",
                      "limn edit \"add a hat\" -i fox.png -o hat.png",
                      "limn edit \"as an oil painting\" -i k3f -i https://example.org/style.jpg"};
  command.add_options = [text](CLI::App& app) {
    add_prompt_options(app, text->prompt);
    add_draw_options(app, text->draw);
  };
  command.run = [text](const Invocation& invocation) -> Result<int> {
    auto& job = text->draw.job;
    LIMN_TRY_ASSIGN(job.prompt, read_prompt(text->prompt, job.inputs, invocation));
    if (job.inputs.empty()) {
      LIMN_TRY_ASSIGN(const auto last, past_image("last")); // whatever files are called so
      job.inputs = {last.string()};
    }
    if (job.size.empty()) {
      job.size = k_same_size;
    }
    return draw(invocation, text->draw, "edit", Announce::nothing);
  };
  return command;
}

Command again_command()
{
  struct Text {
    std::string id = "last";
    PromptText prompt;
    DrawText draw;
  };
  const auto text = std::make_shared<Text>();
  Command command{"again", "draw anew what was drawn, with changes; costs as much again"};
  command.examples = {"limn again", "limn again last -q high -s 2K",
                      "limn again k3f \"a fox at night\" --dry-run"};
  command.add_options = [text](CLI::App& app) {
    app.add_option("id", text->id, "of the history, its first letters, or last: the newest image")
      ->capture_default_str()
      ->check(k_not_empty)
      ->check(takes(ValueKind::entry));
    app.add_option("prompt", text->prompt.first, "another prompt (default: the same)")
      ->option_text("...");
    app.add_option("words", text->prompt.more)->group("");
    add_draw_options(app, text->draw);
  };
  command.run = [text](const Invocation& invocation) {
    return draw_again(invocation, text->draw, text->id, text->prompt);
  };
  return command;
}

} // namespace limn
