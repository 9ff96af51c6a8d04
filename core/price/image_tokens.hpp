#pragma once

#include "model/job.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace limn {

// How a model counts the tokens of an image. `unknown`: its counts are published nowhere.
enum class TokenCount { unknown, gpt_image_1, gpt_image_2 };

// Each preview of a stream is charged as so many tokens of an image that comes out.
inline constexpr std::int64_t k_preview_tokens = 100;

// What decides is up to the gateway: "auto", or empty.
bool is_left_open(std::string_view size_or_quality);

// Of one image that comes out, of a size "WIDTHxHEIGHT" and a quality "low", "medium" or "high". At
// most so many where one is left open: then of the dearest usual size, and "high". Nothing for
// another quality, and for a size that the model does not draw.
std::optional<std::int64_t> drawn_tokens(TokenCount count, std::string_view size,
                                         std::string_view quality);

// About so many, of an image that goes in. 0x0: its size is not known.
std::int64_t input_tokens(TokenCount count, Size size);

} // namespace limn
