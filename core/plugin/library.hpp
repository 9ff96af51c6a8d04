#pragma once

#include "model/result.hpp"

#include <limn/abi.h>

#include <filesystem>

// The only place that knows Boost.DLL.

namespace limn {

// Loads the library, for ever, and gives its entry.
Result<const limn_entry*> open_library(const std::filesystem::path& file);

} // namespace limn
