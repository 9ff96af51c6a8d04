#pragma once

#include "base/result.hpp"

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Who may read what is made anew: its owner, for what may hold keys, or whoever the umask says, for
// what belongs to a project.
enum class ReadableBy { owner, umask };

// A host's file as it was found.
struct ConfigText {
  std::filesystem::path path;
  std::filesystem::path target; // itself, or where its symbolic links lead to
  bool is_there = false;
  std::string text;
  struct stat status {
  };
};

// Failures of all are of class settings and name the file.
Result<ConfigText> read_config_text(const std::filesystem::path& path);

// Whether what the links of a file lead to, also those of its folders, lies in `folder`: of what a
// repository brought, no link may say which file of its user is written.
Done check_within(const ConfigText& config, const std::filesystem::path& folder);

// Gives the file that text, whole or not at all, with the mode and owner that it had; a symbolic
// link stays. What it held is kept beside it under a name that was free, which is returned; there
// is none where there was no file. Refused where somebody else has changed it since it was read,
// and where its mode lets nobody write to it.
Result<std::optional<std::filesystem::path>>
replace_config_text(const ConfigText& before, std::string_view text, ReadableBy readers);

} // namespace limn
