#include "skill/skill_folders.hpp"

#include "base/contains.hpp"
#include "base/nearest.hpp"
#include "base/paths.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace limn {

namespace {

constexpr std::string_view k_shared = ".agents/skills";
constexpr std::string_view k_claude = ".claude/skills";
constexpr std::string_view k_hermes = ".hermes/skills";
constexpr std::string_view k_every_host = "all";

// Sources, as of November 2026: agentskills.io (client implementation);
// code.claude.com/docs/en/skills; developers.openai.com/codex/skills; cursor.com/docs; the docs of
// Gemini CLI; docs.github.com (copilot, add-skills); the docs of Hermes;
// docs.openclaw.ai/tools/skills; opencode.ai/docs/skills. Who reads the shared folder gets the
// skill there: in two places it would be told of twice.
constexpr std::array<SkillHost, 8> k_hosts{{
  {"claude", k_claude, k_claude},
  {"codex", k_shared, k_shared},
  {"copilot", k_shared, k_shared},
  {"cursor", k_shared, k_shared},
  {"gemini", k_shared, k_shared},
  {"hermes", k_hermes, ""},
  {"openclaw", k_shared, k_shared},
  {"opencode", k_shared, k_shared},
}};

const SkillHost* skill_host(std::string_view id)
{
  const auto found =
    std::find_if(k_hosts.begin(), k_hosts.end(), [id](const auto& one) { return one.id == id; });
  return found == k_hosts.end() ? nullptr : &*found;
}

tl::unexpected<Failure> no_skill_host(std::string_view id)
{
  std::vector<std::string_view> known{k_every_host};
  for (const auto& host : k_hosts) {
    known.push_back(host.id);
  }
  return fail(FailureClass::usage,
              fmt::format("there is no host '{}'{}", id, did_you_mean(id, known)),
              "`limn skill print` prints the skill for all others");
}

Result<SkillFolder> folder_of(const SkillHost& host, SkillScope scope,
                              const std::filesystem::path& project)
{
  constexpr std::string_view k_name = "limn"; // a skill's folder has its name
  if (scope == SkillScope::project) {
    return SkillFolder{project, std::filesystem::path(host.of_project) / k_name};
  }
  const char* const hermes = std::getenv("HERMES_HOME");
  if (host.of_user == k_hermes && hermes != nullptr && absolute_path(hermes)) {
    return SkillFolder{*absolute_path(hermes) / "skills" / k_name, {}};
  }
  const auto home = home_folder();
  if (home.empty()) {
    return fail(FailureClass::usage, "there is no home folder", "set HOME, or say --project");
  }
  return SkillFolder{home / host.of_user / k_name, {}};
}

} // namespace

std::span<const SkillHost> skill_hosts()
{
  return k_hosts;
}

Result<std::vector<SkillFolder>> skill_folders(const std::vector<std::string>& hosts,
                                               SkillScope scope,
                                               const std::filesystem::path& project)
{
  const bool is_for_all = contains(hosts, k_every_host);
  std::vector<std::string_view> wanted(hosts.begin(), hosts.end());
  if (hosts.empty()) {
    wanted = {"codex", "claude"};
  } else if (is_for_all) {
    wanted.clear();
    for (const auto& host : k_hosts) {
      wanted.push_back(host.id);
    }
  }
  std::vector<SkillFolder> folders;
  for (const auto id : wanted) {
    const auto* host = skill_host(id);
    if (host == nullptr) {
      return no_skill_host(id);
    }
    if (scope == SkillScope::project && host->of_project.empty()) {
      if (is_for_all) {
        continue;
      }
      return fail(FailureClass::usage, fmt::format("{} has no skills of a project", id),
                  "leave --project out");
    }
    LIMN_TRY_ASSIGN(auto folder, folder_of(*host, scope, project));
    const auto path = folder.path();
    if (std::ranges::none_of(folders, [&](const auto& one) { return one.path() == path; })) {
      folders.push_back(std::move(folder));
    }
  }
  return folders;
}

} // namespace limn
