#pragma once

#include "model/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace limn {

// What the library exports, without running any of its code. Fails unless the open file is a whole
// ELF library for this machine: the system's loader maps a file before it has looked at it, and one
// that was cut short kills the process. This must come first. Reads headers and names only.
Result<std::vector<std::string>> exported_symbols(int descriptor, std::uint64_t file_size);

} // namespace limn
