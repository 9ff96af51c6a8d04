#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The whole of a regular file of at most `max_size` bytes that no other user could have written.
// `path` is absolute or begins with "~/". FailureClass::not_found if there is none, else settings.
// What it returns may hold keys.
Result<std::string> read_trusted_file(std::string_view path, std::size_t max_size);

// The names of the regular files of a folder that end in `ending`, sorted: none that begins with a
// dot, and at most 256. `folder` is absolute or begins with "~/". FailureClass::not_found if there
// is none, else settings.
Result<std::vector<std::string>> list_folder(std::string_view folder, std::string_view ending);

} // namespace limn
