#include "base/json_writer.hpp"
#include "base/nearest.hpp"
#include "cli/commands.hpp"
#include "cli/option_value.hpp"
#include "job/exit_status.hpp"
#include "job/job_words.hpp"
#include "job/paths.hpp"
#include "skill/install.hpp"
#include "skill/skill_files.hpp"
#include "skill/skill_folders.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>

namespace limn {

namespace {

struct SkillOptions {
  std::string file = "SKILL.md";
  std::vector<std::string> hosts;
  bool project = false;
  bool force = false;
};

Result<int> print_skill(const Invocation& invocation, const std::string& path)
{
  const auto files = skill_files();
  const auto found = std::ranges::find(files, path, &SkillFile::path);
  if (found == files.end()) {
    std::vector<std::string_view> known;
    for (const auto& file : files) {
      known.push_back(file.path);
    }
    return fail(FailureClass::usage,
                fmt::format("the skill has no file '{}'{}", path, did_you_mean(path, known)),
                fmt::format("its files are {}", fmt::join(known, ", ")));
  }
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.member("file", found->path);
    json.member("text", found->content);
    json.end_object();
    invocation.out.json(json);
    return 0;
  }
  for (auto rest = found->content; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    invocation.out.line(line);
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  }
  return 0;
}

void tell_copy(const Invocation& invocation, const SkillCopy& copy)
{
  const auto folder = copy.folder.string();
  switch (copy.state) {
  case SkillCopy::State::written:
  case SkillCopy::State::updated:
    invocation.out.path(copy.folder);
    break;
  case SkillCopy::State::same:
    invocation.terminal.say(LogLevel::info,
                            fmt::format("{} is as it should be: nothing was written", folder));
    break;
  case SkillCopy::State::left_alone:
    invocation.terminal.say(
      LogLevel::error,
      fmt::format("{} was left alone: {} {} changed there; --force replaces {}, and keeps a copy",
                  folder, fmt::join(copy.changed, ", "), copy.changed.size() == 1 ? "was" : "were",
                  copy.changed.size() == 1 ? "it" : "them"));
    break;
  case SkillCopy::State::failed:
    invocation.terminal.say(LogLevel::error, fmt::format("{}: {}", folder, copy.problem->message));
    if (!copy.problem->hint.empty()) {
      invocation.terminal.say(LogLevel::info, copy.problem->hint);
    }
    break;
  }
  for (const auto& backup : copy.backups) {
    invocation.terminal.say(LogLevel::info,
                            fmt::format("what was changed is kept in {}", backup.string()));
  }
}

void write_copy(JsonWriter& json, const SkillCopy& copy)
{
  json.begin_object();
  json.path_member("folder", copy.folder);
  json.member("state", to_string(copy.state));
  json.key("changed");
  json.begin_array();
  for (const auto& file : copy.changed) {
    json.text(file);
  }
  json.end_array();
  json.key("backups");
  json.begin_array();
  for (const auto& backup : copy.backups) {
    json.path(backup);
  }
  json.end_array();
  if (copy.problem) {
    json.member("problem", copy.problem->message);
  }
  json.end_object();
}

Result<int> install_copies(const Invocation& invocation, const SkillOptions& options)
{
  LIMN_TRY_ASSIGN(const auto hosts, read_names("host", options.hosts));
  LIMN_TRY_ASSIGN(
    const auto folders,
    skill_folders(hosts, options.project ? SkillScope::project : SkillScope::user, from_here(".")));
  std::vector<SkillCopy> copies;
  for (const auto& folder : folders) {
    copies.push_back(
      install_skill(folder, options.force ? ChangedSkill::replaced : ChangedSkill::left));
  }
  const bool all_done = std::ranges::none_of(copies, [](const SkillCopy& copy) {
    return copy.state == SkillCopy::State::left_alone || copy.state == SkillCopy::State::failed;
  });
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", all_done);
    json.key("copies");
    json.begin_array();
    for (const auto& copy : copies) {
      write_copy(json, copy);
    }
    json.end_array();
    json.end_object();
    invocation.out.json(json);
  } else {
    for (const auto& copy : copies) {
      tell_copy(invocation, copy);
    }
  }
  return all_done ? 0 : exit_status(FailureClass::settings);
}

Command print_skill_command(const std::shared_ptr<SkillOptions>& options)
{
  Command command{"print", "print the skill, or a file of it"};
  command.examples = {"limn skill print", "limn skill print references/errors.md"};
  command.add_options = [options](CLI::App& app) {
    std::vector<std::string> names;
    for (const auto& file : skill_files()) {
      names.emplace_back(file.path);
    }
    app.add_option("file", options->file, "SKILL.md, or one that it names (default: SKILL.md)")
      ->check(takes(names));
  };
  command.run = [options](const Invocation& invocation) {
    return print_skill(invocation, options->file);
  };
  return command;
}

Command install_skill_command(const std::shared_ptr<SkillOptions>& options)
{
  Command command{"install", "write the skill to where agents look for it: ~/.agents/skills/limn "
                             "and ~/.claude/skills/limn, unless hosts are named"};
  command.examples = {"limn skill install", "limn skill install --host claude --project"};
  command.add_options = [options](CLI::App& app) {
    std::vector<std::string> names;
    for (const auto& host : skill_hosts()) {
      names.emplace_back(host.id);
    }
    const auto text = fmt::format("{}, or all; may be repeated, or a,b", fmt::join(names, ", "));
    names.emplace_back("all");
    app.add_option("--host", options->hosts, text)
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(takes(names));
    app.add_flag("--project", options->project, "for this folder's project instead of for you");
    app.add_flag("--force", options->force,
                 "replace files that were changed there; a copy of each is kept beside it");
  };
  command.run = [options](const Invocation& invocation) {
    return install_copies(invocation, *options);
  };
  return command;
}

} // namespace

Command skill_command()
{
  const auto options = std::make_shared<SkillOptions>();
  Command command{"skill", "a skill for agents that have a shell: how to draw with this command"};
  command.examples = {"limn skill install", "limn skill print"};
  command.words = {print_skill_command(options), install_skill_command(options)};
  return command;
}

} // namespace limn
