#pragma once

#include "base/base64.hpp"

namespace limn {

// Only for base64.cpp, its tests and benchmarks.

// Runs everywhere.
Base64Decoder::Progress base64_bulk_scalar(std::span<const char> input, std::byte* output);

// Encodes groups of three bytes, as many as it can; returns how many bytes those are. Writes four
// characters for each group.
using Base64EncodeBulk = std::size_t (*)(std::span<const std::byte> bytes, char* output);

// 24 bytes at a time; null as the next one.
Base64EncodeBulk base64_encode_bulk_avx2();

// 32 characters at a time; null if this processor (or this build) has no AVX2.
Base64Decoder::Bulk base64_bulk_avx2();

} // namespace limn
