#pragma once

#include "picture/image_header.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace limn {

// Only for inspect_image and its parts.

enum class ImageFault {
  cut,     // the end is missing
  invalid, // what is there makes no sense
};

using Inspected = tl::expected<Size, ImageFault>;

// How much may stand behind the end marker of an image.
inline constexpr std::size_t k_most_garbage = 1024;

// Fixed-size pieces of an image; nothing where they would go past its end.
class ImageReader
{
public:
  explicit ImageReader(const ByteSource& source) : m_source(source), m_size(source.size()) {}

  std::uint64_t size() const { return m_size; }

  template <std::size_t N>
  std::optional<std::array<std::uint8_t, N>> read(std::uint64_t offset) const
  {
    std::array<std::uint8_t, N> piece;
    if (offset > m_size || m_size - offset < N
        || m_source.read_at(offset, std::as_writable_bytes(std::span(piece))) != N) {
      return std::nullopt;
    }
    return piece;
  }

  // Up to `count` bytes; fewer where the image ends before.
  std::string text(std::uint64_t offset, std::size_t count) const;

  // The last bytes, at most `count`.
  std::string tail(std::size_t count) const;

private:
  const ByteSource& m_source;
  std::uint64_t m_size;
};

// The unsigned number in `Count` bytes at `at`.
template <int Count, std::size_t N>
constexpr std::uint32_t big_endian(const std::array<std::uint8_t, N>& bytes, std::size_t at)
{
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < Count; ++i) {
    value = value << 8 | bytes[at + i];
  }
  return value;
}

template <int Count, std::size_t N>
constexpr std::uint32_t little_endian(const std::array<std::uint8_t, N>& bytes, std::size_t at)
{
  std::uint32_t value = 0;
  for (std::size_t i = Count; i > 0; --i) {
    value = value << 8 | bytes[at + i - 1];
  }
  return value;
}

// A size with both sides from 1 up to what an int holds; else a fault.
Inspected checked_size(std::uint32_t width, std::uint32_t height);

// Each is called when the magic bytes are those of its format.
Inspected inspect_png(const ImageReader& image);
Inspected inspect_jpeg(const ImageReader& image);
Inspected inspect_webp(const ImageReader& image);
Inspected inspect_gif(const ImageReader& image);
Inspected inspect_avif(const ImageReader& image); // and HEIC
Inspected inspect_svg(const ImageReader& image);

// Whether a file that begins with `head` is of that format.
bool looks_like_avif(std::string_view head);
bool looks_like_heic(std::string_view head); // AVIF's sibling, with HEVC in it
bool looks_like_svg(std::string_view head);

} // namespace limn
