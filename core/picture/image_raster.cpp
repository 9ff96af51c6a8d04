#include "picture/image_formats.hpp"

#include <algorithm>
#include <string_view>

namespace limn {
namespace {

using namespace std::string_view_literals;

// More segments than any camera writes before the frame, and few enough to read them all.
constexpr int k_most_jpeg_segments = 500;

constexpr std::uint64_t k_png_header_end = 8 + 25; // signature, IHDR

tl::unexpected<ImageFault> cut()
{
  return tl::unexpected(ImageFault::cut);
}

tl::unexpected<ImageFault> invalid()
{
  return tl::unexpected(ImageFault::invalid);
}

// Whether `marker` stands near the end, and behind `header_end`: a thumbnail in the header has an
// end marker of its own.
bool ends_with_marker(const ImageReader& image, std::string_view marker, std::uint64_t header_end)
{
  const auto tail = image.tail(k_most_garbage + marker.size());
  const auto at = tail.rfind(marker);
  return at != std::string::npos && image.size() - tail.size() + at >= header_end;
}

constexpr bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// The markers C0 to CF begin a frame, save three that have other meanings (ITU-T T.81, table B.1).
bool begins_frame(std::uint8_t marker)
{
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

bool stands_alone(std::uint8_t marker)
{
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
}

bool ends_header(std::uint8_t marker)
{
  return marker == 0xDA || marker == 0xD9;
}

// Whether each chunk ends where the next begins, up to IEND: bytes that are missing in the middle,
// or too many, are noticed so.
bool chunks_reach_end(const ImageReader& image)
{
  constexpr std::uint64_t k_frame = 12; // length, type, checksum
  std::uint64_t at = 8;
  while (const auto head = image.read<8>(at)) {
    const std::string_view type(reinterpret_cast<const char*>(head->data()) + 4, 4);
    if (type == "IEND"sv) {
      return true;
    }
    if (!std::all_of(type.begin(), type.end(), is_letter)) {
      return false;
    }
    at += k_frame + big_endian<4>(*head, 0);
  }
  return false;
}

} // namespace

// PNG specification, sections 5.2, 11.2.1 and 11.2.5.
Inspected inspect_png(const ImageReader& image)
{
  const auto header = image.read<16>(8);
  if (!header) {
    return cut();
  }
  const std::string_view type(reinterpret_cast<const char*>(header->data()) + 4, 4);
  if (big_endian<4>(*header, 0) != 13 || type != "IHDR"sv) {
    return invalid();
  }
  if (!ends_with_marker(image, "\0\0\0\0IEND\xAE\x42\x60\x82"sv, k_png_header_end)) {
    return cut();
  }
  if (!chunks_reach_end(image)) {
    return invalid();
  }
  return checked_size(big_endian<4>(*header, 8), big_endian<4>(*header, 12));
}

// ITU-T T.81, annex B. Thumbnails lie inside segments, which are skipped by their length.
Inspected inspect_jpeg(const ImageReader& image)
{
  std::uint64_t at = 2;
  for (int i = 0; i < k_most_jpeg_segments; ++i) {
    const auto marker = image.read<2>(at);
    if (!marker) {
      return cut();
    }
    if ((*marker)[0] != 0xFF || (*marker)[1] == 0) {
      return invalid();
    }
    if ((*marker)[1] == 0xFF) { // a fill byte
      ++at;
      continue;
    }
    at += 2;
    if (stands_alone((*marker)[1])) {
      continue;
    }
    if (ends_header((*marker)[1])) {
      return invalid();
    }
    const auto length = image.read<2>(at);
    if (!length) {
      return cut();
    }
    if (big_endian<2>(*length, 0) < 2) {
      return invalid();
    }
    if (begins_frame((*marker)[1])) {
      const auto frame = image.read<7>(at);
      if (!frame || !ends_with_marker(image, "\xFF\xD9"sv, at + big_endian<2>(*length, 0))) {
        return cut();
      }
      const auto height = big_endian<2>(*frame, 3);
      const auto width = big_endian<2>(*frame, 5);
      // The height may follow behind the first scan instead; then the header does not say.
      return height == 0 && width != 0 ? Inspected(Size{}) : checked_size(width, height);
    }
    at += big_endian<2>(*length, 0);
  }
  return invalid();
}

// WebP container specification; RFC 6386, section 9.1; WebP lossless bitstream, section 3.
Inspected inspect_webp(const ImageReader& image)
{
  const auto riff = image.read<30>(0);
  if (!riff) {
    return cut();
  }
  const std::string_view text(reinterpret_cast<const char*>(riff->data()), riff->size());
  const std::uint64_t end = std::uint64_t{little_endian<4>(*riff, 4)} + 8;
  if (end > image.size()) {
    return cut();
  }
  const std::uint64_t first_chunk_end = std::uint64_t{little_endian<4>(*riff, 16)} + 20;
  if (first_chunk_end > end) {
    return invalid();
  }
  const auto kind = text.substr(12, 4);
  if (kind == "VP8X"sv) {
    return checked_size(little_endian<3>(*riff, 24) + 1, little_endian<3>(*riff, 27) + 1);
  }
  if (kind == "VP8L"sv && text[20] == 0x2F) {
    const auto bits = little_endian<4>(*riff, 21);
    return checked_size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1);
  }
  if (kind == "VP8 "sv && text.substr(23, 3) == "\x9D\x01\x2A"sv) {
    return checked_size(little_endian<2>(*riff, 26) & 0x3FFF, little_endian<2>(*riff, 28) & 0x3FFF);
  }
  return invalid();
}

// GIF89a specification, sections 18 and 27. The end of the last block and the trailer make two
// bytes, too few to look for them in garbage; zeros and line breaks behind them are harmless.
Inspected inspect_gif(const ImageReader& image)
{
  const auto screen = image.read<13>(0);
  if (!screen) {
    return cut();
  }
  auto tail = image.tail(k_most_garbage);
  tail.erase(tail.find_last_not_of("\0\r\n"sv) + 1);
  if (!tail.ends_with("\0;"sv)) {
    return cut();
  }
  return checked_size(little_endian<2>(*screen, 6), little_endian<2>(*screen, 8));
}

} // namespace limn
