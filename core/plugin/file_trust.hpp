#pragma once

#include "base/result.hpp"

#include <sys/stat.h>

#include <filesystem>

namespace limn {

// Fails if another user than root and this process's own could have written the file. `status` is
// the file's, `file` is for the message.
Done require_trusted_file(const std::filesystem::path& file, const struct ::stat& status);

// Fails if everyone may put files into the folder. A folder with the sticky bit (/tmp) passes:
// there, nobody can replace the file of another, and who owns the file is checked all the same.
Done require_trusted_folder(const std::filesystem::path& folder, const struct ::stat& status);

} // namespace limn
