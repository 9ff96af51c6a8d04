#pragma once

#include <span>
#include <string_view>

namespace limn {

// A file of the skill that tells agents how to draw with limn
// (https://agentskills.io/specification).
struct SkillFile {
  std::string_view path; // relative to the skill's folder: "SKILL.md", "references/errors.md"
  std::string_view content;
};

// From docs/skill/limn, which CMake puts into the executable.
std::span<const SkillFile> skill_files();

} // namespace limn
