#pragma once

#include "base/result.hpp"
#include "picture/image_header.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace limn {

// Of an image to work from: what OpenAI's images API takes at most, and no other API is known to
// take more (images/edits, "image").
inline constexpr std::uint64_t k_largest_input = 50'000'000;

// Looks into an image to work from, before anything is paid for: fills in what its bytes say.
// FailureClass::usage, with `name`, where it is empty, too large, cut, no image, or of a format
// that gateways do not take.
Done inspect_input(Input& input, const ByteSource& bytes, std::string_view name);

// That a mask has the size of the first image: FailureClass::usage. Nothing where there is none, or
// an input was not looked into yet.
Done check_mask(std::span<const Input> inputs);

// Whether an image has a channel that could make parts of it transparent: PNG or WebP.
bool has_transparency(const ByteSource& bytes);

} // namespace limn
