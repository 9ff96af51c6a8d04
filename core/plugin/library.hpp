#pragma once

#include "base/result.hpp"

#include <limn/abi.h>

#include <filesystem>
#include <string>
#include <vector>

// The only place that knows Boost.DLL.

namespace limn {

// What the library exports, without running any of its code.
Result<std::vector<std::string>> exported_symbols(const std::filesystem::path& file);

// Loads the library, for ever, and gives its entry.
Result<const limn_entry*> open_library(const std::filesystem::path& file);

} // namespace limn
