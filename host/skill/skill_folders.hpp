#pragma once

#include "base/result.hpp"
#include "skill/unlinked_files.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Whose sessions the skill is for: those of a user anywhere, or of anyone in one project.
enum class SkillScope { user, project };

// A program that reads skills, and the folder that it reads them from: below the home folder, and
// below a project; empty: none there.
struct SkillHost {
  std::string_view id; // "claude"
  std::string_view of_user;
  std::string_view of_project;
};

std::span<const SkillHost> skill_hosts();

// The folders of the skill for these hosts, each once; "all" is every host, none the two places
// that most of them read. `project` is the project's folder. FailureClass::usage for a name that
// is none, and for a host without a place of that scope.
Result<std::vector<SkillFolder>> skill_folders(const std::vector<std::string>& hosts,
                                               SkillScope scope,
                                               const std::filesystem::path& project);

} // namespace limn
