#pragma once

#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>
#include <system_error>

namespace limn::plugins {

struct PixelSize {
  double width;
  double height;
};

// Of a size such as "1536x1024".
inline std::optional<PixelSize> pixel_size_of(std::string_view size)
{
  const auto* end = size.data() + size.size();
  PixelSize pixels{};
  const auto first = std::from_chars(size.data(), end, pixels.width);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != 'x') {
    return std::nullopt;
  }
  const auto second = std::from_chars(first.ptr + 1, end, pixels.height);
  const bool is_size =
    second.ec == std::errc() && second.ptr == end && pixels.width > 0 && pixels.height > 0;
  return is_size ? std::optional(pixels) : std::nullopt;
}

// The aspect ratio nearest to a size such as "1536x1024", in the words of those gateways that know
// any: "3:2". Empty where none is near, or for no such size.
inline std::string_view aspect_ratio_of(std::string_view size)
{
  struct AspectRatio {
    std::string_view name;
    double value;
  };
  // https://openrouter.ai/docs lists these for image_config.aspect_ratio, and
  // https://ai.google.dev/gemini-api/docs/image-generation for imageConfig.aspectRatio.
  constexpr AspectRatio k_aspect_ratios[] = {
    {"1:1", 1.0},     {"2:3", 2.0 / 3}, {"3:2", 3.0 / 2},   {"3:4", 3.0 / 4},   {"4:3", 4.0 / 3},
    {"4:5", 4.0 / 5}, {"5:4", 5.0 / 4}, {"9:16", 9.0 / 16}, {"16:9", 16.0 / 9}, {"21:9", 21.0 / 9}};
  constexpr double k_near = 0.02; // 1920x1088 is 16:9
  const auto pixels = pixel_size_of(size);
  for (const auto& ratio : k_aspect_ratios) {
    if (pixels && std::abs(pixels->width / pixels->height / ratio.value - 1) < k_near) {
      return ratio.name;
    }
  }
  return {};
}

} // namespace limn::plugins
