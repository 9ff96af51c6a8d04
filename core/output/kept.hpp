#pragma once

#include "base/result.hpp"
#include "model/image.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace limn {

// What came and has no place of its own yet: it lies in recovered/, or a killed run left it hidden
// in the folder it wrote to (only where the file system has no unnamed files).
struct KeptFile {
  std::filesystem::path path; // absolute
  std::uint64_t bytes = 0;
  std::chrono::system_clock::time_point time; // when its last byte came
  std::optional<ImageFormat> format;          // as its first bytes say, whole or not
  Size size;                                  // 0x0 if damaged, or if the format does not say
  std::optional<Failure> damage;              // none: it is a whole image
};

// All of them, oldest first: whatever is in `recovered`, and what was left behind in `folders`.
// What somebody still writes to is not listed. A folder that does not exist holds nothing;
// FailureClass::not_saved for one that cannot be read.
Result<std::vector<KeptFile>> kept_files(const std::filesystem::path& recovered,
                                         const std::set<std::filesystem::path>& folders);

// Those of these files that are there and that nobody writes to.
std::vector<KeptFile> described(const std::vector<std::filesystem::path>& paths);

// Gives it a name in `folder`, made if needed, that never overwrites; the extension is that of its
// bytes, or its own where they are no image. Returns the path. On another file system it is copied
// first, and removed here only when the copy is whole and on the disk. FailureClass::not_found if
// it is gone meanwhile or somebody else is moving it, else not_saved.
Result<std::filesystem::path> move_kept(const KeptFile& kept, const std::filesystem::path& folder);

// Adds to a failure where what came is kept, and which command gets it from there.
void tell_kept(Failure& failure, const std::vector<std::string>& paths);

} // namespace limn
