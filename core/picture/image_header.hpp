#pragma once

#include "base/result.hpp"
#include "model/image.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace limn {

// Random access to the bytes of an image, wherever they lie.
class ByteSource
{
public:
  virtual ~ByteSource() = default;
  virtual std::uint64_t size() const = 0;

  // Reads up to `into.size()` bytes at `offset`; returns how many there were: fewer only at the
  // end.
  virtual std::size_t read_at(std::uint64_t offset, std::span<std::byte> into) const = 0;
};

struct ImageHeader {
  ImageFormat format = ImageFormat::png;
  Size size; // 0x0 where the format does not say (SVG without width and height, AVIF without ispe)
};

// Format from the magic bytes, dimensions from the header, wholeness from the end marker.
// FailureClass::bad_image if the bytes are no image that limn knows, or are cut; the message says
// which, with the byte count. Reads a few KB, however long the image is, and of a PNG the head of
// each chunk. Up to 1 KB of garbage behind the end is tolerated, except for GIF, whose end marker
// is a single byte.
Result<ImageHeader> inspect_image(const ByteSource& bytes);

// The format that the magic bytes promise, whole or not; nothing if it is none that limn knows.
std::optional<ImageFormat> format_of(const ByteSource& bytes);

// The same for what begins with `head`, of which 16 bytes are enough. Never SVG, which is text.
std::optional<ImageFormat> raster_format_of(std::span<const std::byte> head);

} // namespace limn
