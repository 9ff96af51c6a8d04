#pragma once

#include "model/job.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace limn::sandbox {

// Rows of red, green, blue, from the top, without padding.
struct Picture {
  Size size;
  std::vector<std::uint8_t> pixels;
};

// How much of the picture is there, in percent: a partial image lacks what stands in front.
inline constexpr int k_whole_picture = 100;

// A landscape that the words decide: the same words, the same picture. Labelled as coming from the
// sandbox.
Picture draw_picture(std::string_view prompt, Size size, int percent = k_whole_picture);

// Noise that no compression makes smaller: a square PNG of about that many bytes.
Picture draw_noise(std::size_t bytes);

// Writes "limn sandbox" and the size into a corner.
void draw_label(Picture& picture);

} // namespace limn::sandbox
