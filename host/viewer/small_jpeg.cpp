#include "viewer/small_jpeg.hpp"

#include "viewer/decode.hpp"
#include "viewer/encode_jpeg.hpp"
#include "viewer/order.hpp"
#include "viewer/shrink.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace limn::viewer {

namespace {

constexpr int k_longest_small_side = 4096;
constexpr std::size_t k_least_bytes = 4096; // an empty one takes some hundreds
constexpr std::size_t k_most_small_bytes = 16 << 20;

// From what nobody sees to what is just good enough to tell what it is.
constexpr std::array k_qualities{85, 75, 60, 45, 30};

void lay_on_white(Raster& raster)
{
  constexpr int k_white = 255;
  if (raster.is_opaque) {
    return;
  }
  for (std::size_t at = 0; at < raster.pixels.size(); at += k_channels) {
    const int alpha = raster.pixels[at + 3];
    for (std::size_t i = at; i < at + 3; ++i) {
      raster.pixels[i] =
        static_cast<std::uint8_t>((raster.pixels[i] * alpha + k_white * (255 - alpha) + 127) / 255);
    }
    raster.pixels[at + 3] = 255;
  }
  raster.is_opaque = true;
}

// Three quarters of it, either way.
Raster made_smaller(const Raster& raster)
{
  Shrink shrink(raster.size,
                {divided_up(raster.size.width * 3, 4), divided_up(raster.size.height * 3, 4)});
  const auto row = static_cast<std::size_t>(raster.size.width) * k_channels;
  for (std::size_t at = 0; at < raster.pixels.size(); at += row) {
    shrink.add(&raster.pixels[at]);
  }
  return shrink.take();
}

} // namespace

std::optional<SmallJpegOrder> read_small_jpeg_order(std::span<const char* const> words)
{
  if (words.size() != 3 || std::string_view(words[0]) != "jpeg") {
    return std::nullopt;
  }
  const auto room = parse_size(words[1]);
  const std::string_view number(words[2]);
  SmallJpegOrder order;
  const auto [end, error] =
    std::from_chars(number.data(), number.data() + number.size(), order.most_bytes);
  if (!room || std::max(room->width, room->height) > k_longest_small_side || error != std::errc()
      || end != number.data() + number.size() || order.most_bytes < k_least_bytes
      || order.most_bytes > k_most_small_bytes) {
    return std::nullopt;
  }
  order.room = *room;
  return order;
}

Result<std::string> small_jpeg(std::span<const std::byte> file, const SmallJpegOrder& order)
{
  LIMN_TRY_ASSIGN(auto raster,
                  decode(file, [&](Size picture) { return fitted(picture, order.room); }));
  lay_on_white(raster);
  while (true) {
    for (const int quality : k_qualities) {
      auto jpeg = encode_jpeg(raster, quality);
      if (jpeg.empty()) {
        return too_large();
      }
      if (jpeg.size() <= order.most_bytes) {
        return jpeg;
      }
    }
    raster = made_smaller(raster);
  }
}

} // namespace limn::viewer
