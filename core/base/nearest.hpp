#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The one of `known` that `word` was probably meant to be, or nothing if none comes near. Upper and
// lower case are alike; two swapped letters are one mistake; a part of a name counts if nothing is
// nearer ("dir" for "directory").
std::optional<std::string_view> nearest(std::string_view word,
                                        std::span<const std::string_view> known);

// Those of `known` that `word` may have been meant to be, `most` at the most: the nearest first.
std::vector<std::string_view>
nearest_ones(std::string_view word, std::span<const std::string_view> known, std::size_t most);

// ": did you mean 'providers'?", or else ": known are a, b and c", for the end of a message about
// an unknown word.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

} // namespace limn
