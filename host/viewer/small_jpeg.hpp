#pragma once

#include "base/result.hpp"
#include "viewer/raster.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace limn::viewer {

// What limn-view makes for who cannot look at the file: WIDTHxHEIGHT, which the picture fits into
// in its own shape and never larger than it is, and the bytes that it takes at most.
struct SmallJpegOrder {
  Size room;
  std::size_t most_bytes = 0;
};

// Words: "jpeg", "768x768", "199999". Nothing for what makes no sense.
std::optional<SmallJpegOrder> read_small_jpeg_order(std::span<const char* const> words);

// The picture as such a JPEG; what is transparent lies on white. Where it takes too many bytes it
// is made worse, and then smaller. Fails as decode() does.
Result<std::string> small_jpeg(std::span<const std::byte> file, const SmallJpegOrder& order);

} // namespace limn::viewer
