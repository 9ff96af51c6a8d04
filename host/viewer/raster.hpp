#pragma once

#include "model/job.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace limn::viewer {

// Pixels, row by row from the top left: red, green, blue and alpha, not premultiplied, a byte each.
struct Raster {
  Size size;
  std::vector<std::uint8_t> pixels; // four for each
  bool is_opaque = true;            // alpha is 255 everywhere
};

inline constexpr std::size_t k_channels = 4;

inline constexpr int k_sixel_height = 6; // pixels, of which one sixel is made

constexpr int divided_up(int value, int by)
{
  return (value + by - 1) / by;
}

} // namespace limn::viewer
