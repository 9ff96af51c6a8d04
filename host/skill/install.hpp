#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace limn {

enum class ChangedSkill {
  left,     // files that a user has changed are not touched, nor are those beside them
  replaced, // they are kept beside the new ones
};

// A copy of the skill, and what was done to it.
struct SkillCopy {
  enum class State {
    written,   // it was not there
    updated,   // it was another limn's, unchanged
    same,      // nothing was to be done
    left_alone // somebody has changed it
  };

  std::filesystem::path folder;
  State state = State::same;
  std::vector<std::string> changed; // files that somebody has changed, relative to it
  std::vector<std::filesystem::path> backups;
};

std::string_view to_string(SkillCopy::State state);

// Brings the copy in `folder` to what this limn has. What was written is noted in a file beside it,
// digest by digest: that tells what a user has changed since from what an older limn has written.
// FailureClass::settings where something cannot be written.
Result<SkillCopy> install_skill(const std::filesystem::path& folder, ChangedSkill changed);

} // namespace limn
