#pragma once

#include "base/base64.hpp"

namespace limn {

// Only for base64.cpp, its tests and benchmarks.

// Runs everywhere.
Base64Decoder::Progress base64_bulk_scalar(std::span<const char> input, std::byte* output);

// 32 characters at a time; null if this processor (or this build) has no AVX2.
Base64Decoder::Bulk base64_bulk_avx2();

} // namespace limn
