#pragma once

#include "base/result.hpp"

#include <cstdint>

namespace limn {

// Fails unless the open file is a whole ELF library for this machine. The system's loader maps a
// file before it has looked at it, and one that was cut short kills the process: this must come
// first. Reads the headers only.
Done require_whole_library(int descriptor, std::uint64_t file_size);

} // namespace limn
