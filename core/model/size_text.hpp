#pragma once

#include "base/result.hpp"
#include "model/job.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace limn {

// How people say a size, and which sizes gpt-image-2 draws. All of it is pure.

// --- Interface ---

// Whether a size that somebody wrote is held to the rules of the model.
enum class SizeRules { checked, waived };

struct SizeWish {
  std::string size; // "WIDTHxHEIGHT" or "auto", as it is sent
  SizeRules rules = SizeRules::checked;
};

// Reads, whatever the case and with blanks anywhere between:
//   1024x1024    also with X, * and ×; with ! behind it the rules of the model are not looked at
//   16:9         any ratio from 1:3 to 3:1; also square, landscape (3:2) and portrait (2:3)
//   1K, 2K, 4K   1024x1024, 2048x2048 and 3840x2160; with a ratio, in either order and also joined
//                by @, that ratio in this resolution, where landscape and portrait are 16:9 and
//                9:16
//   auto
// FailureClass::usage for anything else, without a hint.
Result<SizeWish> read_size_text(std::string_view text);

// How many pixels a ratio is drawn with. None of them passes 8,294,400.
enum class Resolution {
  one_k,  // the largest that fits into 1536x1024, or 1024x1536
  two_k,  // no edge is longer than 2048
  four_k, // no edge is longer than 3840
};

// The size of that ratio, exactly where that costs little of its pixels, else as near as multiples
// of 16 come. It obeys the rules of gpt-image-2. The ratio is from 1:3 to 3:1.
Size size_of_ratio(double width, double height, Resolution resolution);

// Which rule of gpt-image-2 a size breaks, as a sentence: "both edges are multiples of 16".
// Nothing: none. Source: OpenAI's guide to image generation; its preview models of the family have
// the same.
std::optional<std::string_view> broken_size_rule(Size size);

// The one nearest to it that breaks none: of the same shape as far as may be, once it is large or
// small enough. `size` has edges from 1 to 99999.
Size nearest_size(Size size);

} // namespace limn
