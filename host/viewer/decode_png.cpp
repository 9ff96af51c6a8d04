#include "viewer/decode.hpp"
#include "viewer/shrink.hpp"

#include <png.h>

#include <csetjmp>
#include <cstring>
#include <exception>
#include <memory>
#include <optional>

namespace limn::viewer {

namespace {

// What outlives a jump out of libpng.
struct PngReading {
  std::span<const std::byte> file;
  const TargetSize& target;
  Done size_is_fine;
  std::optional<Shrink> shrink;
  std::vector<std::uint8_t> pixels; // a row; of an interlaced picture: all
  std::vector<png_bytep> rows;
};

void read_bytes(png_structp png, png_bytep into, png_size_t size)
{
  auto& file = static_cast<PngReading*>(png_get_io_ptr(png))->file;
  if (size > file.size()) {
    png_error(png, "cut");
  }
  std::memcpy(into, file.data(), size);
  file = file.subspan(size);
}

void ignore_png_warning(png_structp, png_const_charp) {}

// libpng's own would write what stands in the file to standard error.
[[noreturn]] void leave_png(png_structp png, png_const_charp)
{
  png_longjmp(png, 1);
}

// False where there is no memory, or nothing to begin with. Lets nothing out: C calls are above.
bool make_room_for_png(PngReading& reading, Size size, bool is_interlaced)
{
  try {
    reading.size_is_fine = check_size(size);
    if (!reading.size_is_fine) {
      return false;
    }
    const auto row = static_cast<std::size_t>(size.width) * k_channels;
    const auto height = static_cast<std::size_t>(size.height);
    reading.shrink.emplace(size, reading.target(size));
    reading.pixels.resize(is_interlaced ? row * height : row);
    for (std::size_t y = 0; is_interlaced && y < height; ++y) {
      reading.rows.push_back(&reading.pixels[y * row]);
    }
    return true;
  } catch (const std::exception&) {
    reading.size_is_fine = too_large();
    return false;
  }
}

// Everything between setjmp and a jump has no destructor, so that the jump skips none.
bool read_png(png_structp png, png_infop info, PngReading& reading)
{
  if (setjmp(png_jmpbuf(png)) != 0) { // NOLINT(cert-err52-cpp): how libpng reports
    return false;
  }
  png_read_info(png, info);
  const Size size{static_cast<int>(png_get_image_width(png, info)),
                  static_cast<int>(png_get_image_height(png, info))};
  png_set_expand(png);
  png_set_scale_16(png);
  png_set_gray_to_rgb(png);
  png_set_add_alpha(png, 0xff, PNG_FILLER_AFTER);
  const bool is_interlaced = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
  if (is_interlaced) {
    png_set_interlace_handling(png);
  }
  png_read_update_info(png, info);
  if (!make_room_for_png(reading, size, is_interlaced)) {
    return false;
  }
  if (is_interlaced) {
    png_read_image(png, reading.rows.data());
    for (auto* row : reading.rows) {
      reading.shrink->add(row);
    }
    return true;
  }
  for (int y = 0; y < size.height; ++y) {
    png_read_row(png, reading.pixels.data(), nullptr);
    reading.shrink->add(reading.pixels.data());
  }
  return true;
}

// Nothing but pixels is of interest: what a file says besides is not even unpacked.
void skip_what_is_no_picture(png_structp png)
{
#ifdef PNG_HANDLE_AS_UNKNOWN_SUPPORTED
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
  static constexpr png_byte k_texts[] = "tEXt\0zTXt\0iTXt\0eXIf\0iCCP\0sPLT";
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, k_texts, 6);
#endif
  png_set_user_limits(png, k_longest_side, k_longest_side);
  png_set_chunk_cache_max(png, 16);
  png_set_chunk_malloc_max(png, 1 << 20);
}

} // namespace

Result<Raster> decode_png(std::span<const std::byte> file, const TargetSize& target)
{
  PngReading reading{file, target, {}, {}, {}, {}};
  png_structp png =
    png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, leave_png, ignore_png_warning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  bool is_read = false;
  if (info != nullptr) {
    skip_what_is_no_picture(png);
    png_set_crc_action(png, PNG_CRC_ERROR_QUIT, PNG_CRC_QUIET_USE);
    png_set_read_fn(png, &reading, read_bytes);
    is_read = read_png(png, info, reading);
  }
  png_destroy_read_struct(&png, &info, nullptr);
  if (!reading.size_is_fine) {
    return fail(reading.size_is_fine.error());
  }
  if (!is_read || !reading.shrink || !reading.shrink->is_complete()) {
    return damaged();
  }
  return reading.shrink->take();
}

} // namespace limn::viewer
