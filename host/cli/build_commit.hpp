#pragma once

#include <string_view>

namespace limn {

// The commit that this executable was built from, with "-dirty" behind it where files were changed
// since; "unknown" where git could not tell.
std::string_view commit_of_build();

} // namespace limn
