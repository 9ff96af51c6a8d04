#include "viewer/picture_stream.hpp"

#include "base/base64.hpp"
#include "viewer/cells.hpp"
#include "viewer/encode_png.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn::viewer {

namespace {

std::string base64_png(const Raster& raster)
{
  const auto png = encode_png(raster);
  return base64_encode(std::as_bytes(std::span(png)));
}

// https://sw.kovidgoyal.net/kitty/graphics-protocol/: display at once (a=T) a PNG (f=100), in
// chunks of 4096 (m=1: more follow), and answer nothing (q=2).
std::string kitty_stream(const Order& order, Size picture, const Raster& raster)
{
  constexpr std::size_t k_chunk = 4096;
  const auto base64 = base64_png(raster);
  if (base64.empty()) {
    return {};
  }
  auto keys = std::string("a=T,f=100,q=2,");
  if (!order.cell) { // what a pixel is there nobody knows: so many cells it takes
    const auto cells = cells_of(order, picture);
    keys += fmt::format("c={},r={},", cells.width, cells.height);
  }
  std::string stream;
  stream.reserve(base64.size() + base64.size() / k_chunk * 16 + 64);
  for (std::size_t at = 0; at < base64.size(); at += k_chunk) {
    const bool is_last = at + k_chunk >= base64.size();
    stream += fmt::format("\x1b_G{}m={};", keys, is_last ? 0 : 1);
    stream += std::string_view(base64).substr(at, k_chunk);
    stream += "\x1b\\";
    keys = "q=2,";
  }
  return stream;
}

// https://iterm2.com/documentation-images.html. Cells and no pixels: those of a dense screen are
// counted otherwise by each terminal.
std::string iterm2_stream(const Order& order, Size picture, const Raster& raster)
{
  const auto png = encode_png(raster);
  if (png.empty()) {
    return {};
  }
  const auto cells = cells_of(order, picture);
  return fmt::format(
    "\x1b]1337;File=inline=1;size={};width={};height={};preserveAspectRatio=1:{}\a", png.size(),
    cells.width, cells.height, base64_encode(std::as_bytes(std::span(png))));
}

} // namespace

std::string picture_stream(const Order& order, Size picture, const Raster& raster)
{
  std::string stream;
  switch (order.way) {
  case Way::kitty:
    stream = kitty_stream(order, picture, raster);
    break;
  case Way::iterm2:
    stream = iterm2_stream(order, picture, raster);
    break;
  case Way::sixel:
    stream = sixels_of(raster);
    break;
  case Way::blocks:
  case Way::blocks_256:
    stream = blocks_of(raster, cells_of(order, picture), order.way);
    break;
  case Way::none:
  case Way::ask:
    break;
  }
  return stream.empty() ? stream : stream + "\n";
}

std::string_view end_of_cut_picture(Way way)
{
  switch (way) {
  case Way::kitty: // a chunk that is the last one of a picture that is not whole
    return "\x1b\\\x1b_Gq=2,m=0;\x1b\\\r\n";
  case Way::iterm2:
  case Way::sixel:
    return "\x1b\\\r\n";
  case Way::blocks:
  case Way::blocks_256:
    return "\x1b[0m\r\n";
  case Way::none:
  case Way::ask:
    break;
  }
  return {};
}

} // namespace limn::viewer
