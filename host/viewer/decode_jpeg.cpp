#include "viewer/decode.hpp"
#include "viewer/shrink.hpp"

#include <jerror.h>
#include <jpeglib.h>

#include <csetjmp>
#include <cstdio> // which jpeglib.h wants before it
#include <exception>
#include <optional>

namespace limn::viewer {

namespace {

// What outlives a jump out of libjpeg. The first member is what libjpeg knows of it.
struct JpegReading {
  jpeg_error_mgr errors{};
  std::jmp_buf back{};
  bool is_damaged = false;
  bool is_too_large = false;
  const TargetSize* target = nullptr;
  Done size_is_fine;
  std::optional<Shrink> shrink;
  std::vector<std::uint8_t> decoded; // a row as it comes
  std::vector<std::uint8_t> pixels;  // the same with four channels
};

JpegReading& jpeg_reading_of(j_common_ptr jpeg)
{
  return *reinterpret_cast<JpegReading*>(jpeg->err);
}

[[noreturn]] void leave_jpeg(j_common_ptr jpeg)
{
  auto& reading = jpeg_reading_of(jpeg);
  reading.is_too_large = jpeg->err->msg_code == JERR_OUT_OF_MEMORY;
  reading.is_damaged = true;
  std::longjmp(reading.back, 1); // NOLINT(cert-err52-cpp): how libjpeg is left
}

// What it would go on with in grey. Other warnings are of no harm.
void note_warning(j_common_ptr jpeg, int level)
{
  const int code = jpeg->err->msg_code;
  if (level < 0
      && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE)) {
    jpeg_reading_of(jpeg).is_damaged = true;
  }
}

void say_nothing(j_common_ptr) {}

// The least that still is as large as `wanted`: libjpeg leaves out what nobody would see.
void choose_scale(jpeg_decompress_struct& jpeg, Size picture, Size wanted)
{
  constexpr unsigned k_whole = 8;
  jpeg.scale_denom = k_whole;
  for (unsigned scale = 1; scale <= k_whole; scale *= 2) {
    jpeg.scale_num = scale;
    const auto scaled = [scale](int side) {
      return (std::int64_t{side} * scale + k_whole - 1) / k_whole;
    };
    if (scaled(picture.width) >= wanted.width && scaled(picture.height) >= wanted.height) {
      return;
    }
  }
}

// Lets nothing out: C calls are above.
bool choose_size(jpeg_decompress_struct& jpeg, JpegReading& reading, Size& wanted)
{
  try {
    const Size picture{static_cast<int>(jpeg.image_width), static_cast<int>(jpeg.image_height)};
    reading.size_is_fine = check_size(picture);
    if (!reading.size_is_fine) {
      return false;
    }
    wanted = (*reading.target)(picture);
    choose_scale(jpeg, picture, wanted);
    return true;
  } catch (const std::exception&) {
    reading.is_too_large = true;
    return false;
  }
}

bool make_room_for_jpeg(const jpeg_decompress_struct& jpeg, JpegReading& reading, Size wanted)
{
  try {
    const Size decoded{static_cast<int>(jpeg.output_width), static_cast<int>(jpeg.output_height)};
    reading.shrink.emplace(decoded, wanted);
    const auto width = static_cast<std::size_t>(decoded.width);
    reading.decoded.resize(width * static_cast<std::size_t>(jpeg.output_components));
    reading.pixels.resize(width * k_channels);
    return true;
  } catch (const std::exception&) {
    reading.is_too_large = true;
    return false;
  }
}

// Inks, as Adobe writes them: 255 is none.
void to_colours(const jpeg_decompress_struct& jpeg, JpegReading& reading)
{
  const auto* ink = reading.decoded.data();
  auto* pixel = reading.pixels.data();
  for (unsigned x = 0; x < jpeg.output_width; ++x, ink += 4, pixel += k_channels) {
    for (int i = 0; i < 3; ++i) {
      const int colour =
        jpeg.saw_Adobe_marker != 0 ? ink[i] * ink[3] : (255 - ink[i]) * (255 - ink[3]);
      pixel[i] = static_cast<std::uint8_t>(colour / 255);
    }
    pixel[3] = 255;
  }
}

// Everything between setjmp and a jump has no destructor, so that the jump skips none.
bool read_jpeg(jpeg_decompress_struct& jpeg, JpegReading& reading, std::span<const std::byte> file)
{
  if (setjmp(reading.back) != 0) { // NOLINT(cert-err52-cpp): how libjpeg reports
    return false;
  }
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, reinterpret_cast<const unsigned char*>(file.data()), file.size());
  jpeg_read_header(&jpeg, TRUE);
  const bool has_inks = jpeg.jpeg_color_space == JCS_CMYK || jpeg.jpeg_color_space == JCS_YCCK;
  jpeg.out_color_space = has_inks ? JCS_CMYK : JCS_EXT_RGBA;
  Size wanted;
  if (!choose_size(jpeg, reading, wanted)) {
    return false;
  }
  jpeg_start_decompress(&jpeg);
  if (!make_room_for_jpeg(jpeg, reading, wanted)) {
    return false;
  }
  auto* row = has_inks ? reading.decoded.data() : reading.pixels.data();
  while (jpeg.output_scanline < jpeg.output_height) {
    jpeg_read_scanlines(&jpeg, &row, 1);
    if (has_inks) {
      to_colours(jpeg, reading);
    }
    reading.shrink->add(reading.pixels.data());
  }
  return true;
}

} // namespace

Result<Raster> decode_jpeg(std::span<const std::byte> file, const TargetSize& target)
{
  JpegReading reading;
  reading.target = &target;
  jpeg_decompress_struct jpeg{};
  jpeg.err = jpeg_std_error(&reading.errors);
  reading.errors.error_exit = leave_jpeg;
  reading.errors.emit_message = note_warning;
  reading.errors.output_message = say_nothing;
  const bool is_read = read_jpeg(jpeg, reading, file);
  jpeg_destroy_decompress(&jpeg);
  if (!reading.size_is_fine) {
    return fail(reading.size_is_fine.error());
  }
  if (reading.is_too_large) {
    return too_large();
  }
  if (!is_read || reading.is_damaged) {
    return damaged();
  }
  return reading.shrink->take();
}

} // namespace limn::viewer
