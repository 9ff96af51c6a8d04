#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// A folder of the skill. What leads to `root` is the user's own, and may be a link; below it, where
// a cloned repository may have put anything, no link is followed.
struct SkillFolder {
  std::filesystem::path root;
  std::filesystem::path below; // relative to it; empty: `root` is the folder

  std::filesystem::path path() const { return below.empty() ? root : root / below; }
};

struct SkillText {
  std::string text;
  mode_t mode = 0; // its permissions
};

// The files in such a folder, by paths relative to it. Failures are of class settings and name the
// file, or the link on the way to it.
class UnlinkedFiles
{
public:
  explicit UnlinkedFiles(SkillFolder folder) : m_folder(std::move(folder)) {}

  // Nothing where there is no such file. What is no file, or a large one, is a failure; nothing is
  // waited for.
  Result<std::optional<SkillText>> read(const std::filesystem::path& path) const;

  // Whole or not at all, and its folders with it. Without a mode the umask says what it is.
  Done write(const std::filesystem::path& path, std::string_view text,
             std::optional<mode_t> mode) const;

  // Under a name beside it that was free, which is returned.
  Result<std::filesystem::path> keep_beside(const std::filesystem::path& path,
                                            const SkillText& kept) const;

private:
  enum class Absent { left, made };

  // None, and no failure, where it is absent and left so.
  Result<Descriptor> open_folder_of(const std::filesystem::path& path, Absent absent) const;

  SkillFolder m_folder;
};

} // namespace limn
