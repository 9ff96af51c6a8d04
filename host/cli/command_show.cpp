#include "base/terminal_text.hpp"
#include "cli/commands.hpp"
#include "cli/desktop.hpp"
#include "cli/option_checks.hpp"
#include "cli/option_value.hpp"
#include "job/past.hpp"
#include "job/picture_view.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <memory>

namespace limn {

namespace {

void line(Out& out, std::string_view name, std::string_view value)
{
  if (!value.empty()) {
    out.line(fmt::format("{:<9} {}", name, terminal_safe(value)));
  }
}

bool is_there(const PastEntry& entry)
{
  std::error_code ignored;
  return entry.image && std::filesystem::is_regular_file(entry.image->image.path, ignored);
}

std::string asked_text(const PastParameters& asked)
{
  std::string text = asked.size.empty() ? "auto" : asked.size;
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) {
      text += fmt::format(" · {} {}", name, value);
    }
  };
  add("quality", asked.quality);
  add("background", asked.background);
  add("format", asked.format);
  add("compression", asked.compression ? std::to_string(*asked.compression) : "");
  add("moderation", asked.moderation);
  for (const auto& input : asked.inputs) {
    add("input", input);
  }
  add("mask", asked.mask);
  return text + (asked.count > 1 ? fmt::format(" · n {}", asked.count) : "");
}

void print_image(Out& out, const PastEntry& entry)
{
  const auto& image = entry.image->image;
  out.path(image.path);
  if (!is_there(entry)) {
    line(out, "", "it is there no more, or was sent on and is not kept");
  }
  line(out, "image",
       fmt::format("{}{}{} · {} bytes", to_string(image.format), image.size.width > 0 ? " " : "",
                   image.size.width > 0 ? to_string(image.size) : "", image.bytes));
  line(out, "sha256", image.sha256);
  line(out, "revised", image.revised_prompt);
}

void print(Out& out, const PastEntry& entry)
{
  const auto& attempt = entry.attempt;
  const auto outcome = outcome_of(entry);
  if (entry.image) {
    print_image(out, entry);
  }
  line(out, "id", entry.id());
  line(out, "prompt", attempt.prompt);
  line(out, "asked", asked_text(past_parameters_from(attempt.parameters)));
  line(out, "of", fmt::format("{} · {} · {}", attempt.gateway, attempt.provider, attempt.model));
  line(out, "size sent", attempt.size);
  line(out, "when",
       attempt.elapsed.count() == 0
         ? local_time_text(attempt.time)
         : fmt::format("{} · {:.1f} s", local_time_text(attempt.time),
                       static_cast<double>(attempt.elapsed.count()) / 1000));
  line(out, "by", attempt.door);
  line(out, "cost",
       attempt.state == PastAttempt::State::sent
         ? "unknown cost"
         : cost_text(attempt.cost)
             + (attempt.images > 1 ? fmt::format(" for {} images", attempt.images) : ""));
  line(out, "request", attempt.request_id);
  if (outcome == Outcome::unknown) {
    line(out, "outcome",
         "unknown: limn ended before it was told; look at the gateway's usage page");
  } else if (outcome == Outcome::under_way) {
    line(out, "outcome", fmt::format("under way, in process {}", attempt.process));
  } else if (!attempt.failure_class.empty()) {
    line(out, "outcome", attempt.failure_class + ": " + attempt.message);
  }
}

// All is told: what stands in the way of a picture is no failure of it.
void show_picture(const Invocation& invocation, const std::filesystem::path& path)
{
  if (!PictureView(invocation.terminal, invocation.global, ShowPictures::automatic).shows()
      || !invocation.out.flush()) {
    return;
  }
  const auto session = open_session(invocation);
  if (!session) {
    invocation.terminal.say(LogLevel::warning, session.error().message);
    return;
  }
  PictureView view(invocation.terminal, invocation.global, (*session)->settings().show_pictures);
  if (view.shows()) {
    view.show(path);
  }
}

Result<int> show(const Invocation& invocation, const std::string& id)
{
  LIMN_TRY_ASSIGN(const auto entry, past_entry(id));
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.key("entry");
    write_past(json, entry);
    json.end_object();
    invocation.out.json(json);
    return 0;
  }
  print(invocation.out, entry);
  if (is_there(entry)) {
    show_picture(invocation, entry.image->image.path);
  }
  return 0;
}

Result<int> open_image(const Invocation& invocation, const std::string& id)
{
  LIMN_TRY_ASSIGN(const auto path, past_image(id));
  LIMN_TRY_ASSIGN(const auto opening, begin_to_open(path.string()));
  invocation.out.path(path);
  LIMN_TRY(wait_a_moment(opening));
  return 0;
}

Command id_command(const char* name, const char* description,
                   Result<int> (*run)(const Invocation&, const std::string&))
{
  const auto id = std::make_shared<std::string>("last");
  Command command{name, description};
  command.examples = {fmt::format("limn {}", name), fmt::format("limn {} k3f", name)};
  command.add_options = [id](CLI::App& app) {
    app.add_option("id", *id, "of the history, its first letters, or last: the newest image")
      ->capture_default_str()
      ->check(k_not_empty)
      ->check(takes(ValueKind::entry));
  };
  command.run = [id, run](const Invocation& invocation) { return run(invocation, *id); };
  return command;
}

} // namespace

Command show_command()
{
  return id_command("show", "tell all that is known of an image", show);
}

Command open_command()
{
  return id_command("open", "open an image in the program that the desktop has for it", open_image);
}

} // namespace limn
