#pragma once

#include "base/result.hpp"
#include "skill/unlinked_files.hpp"

#include <filesystem>
#include <optional>
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
    written,    // it was not there
    updated,    // it was another limn's, unchanged
    same,       // nothing was to be done
    left_alone, // somebody has changed it
    failed      // `problem` says why; some of its files may be new
  };

  std::filesystem::path folder;
  State state = State::same;
  std::vector<std::string> changed; // files that somebody has changed, relative to it
  std::vector<std::filesystem::path> backups;
  std::optional<Failure> problem;
};

std::string_view to_string(SkillCopy::State state);

// Brings the copy in `folder` to what this limn has. What was written is noted in a file beside it,
// digest by digest: that tells what a user has changed since from what an older limn has written.
// In a project's folder that note is a stranger's word, so a copy of an older text is kept as well.
SkillCopy install_skill(const SkillFolder& folder, ChangedSkill changed);

} // namespace limn
