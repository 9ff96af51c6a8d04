#include "viewer/encode_png.hpp"

#include <png.h>

#include <csetjmp>
#include <exception>

namespace limn::viewer {

namespace {

// Called from C: nothing may be thrown through it.
void append_png(png_structp png, png_bytep bytes, png_size_t size)
{
  bool failed = false;
  try {
    static_cast<std::string*>(png_get_io_ptr(png))
      ->append(reinterpret_cast<const char*>(bytes), size);
  } catch (const std::exception&) {
    failed = true;
  }
  if (failed) {
    png_error(png, "out of memory");
  }
}

void nothing_to_flush(png_structp) {}

void ignore_png_writer_warning(png_structp, png_const_charp) {}

[[noreturn]] void leave_png_writer(png_structp png, png_const_charp)
{
  png_longjmp(png, 1);
}

// Everything between setjmp and a jump has no destructor, so that the jump skips none.
bool write_png(png_structp png, png_infop info, const Raster& raster)
{
  if (setjmp(png_jmpbuf(png)) != 0) { // NOLINT(cert-err52-cpp): how libpng reports
    return false;
  }
  const auto width = static_cast<png_uint_32>(raster.size.width);
  const auto height = static_cast<png_uint_32>(raster.size.height);
  png_set_IHDR(png, info, width, height, 8,
               raster.is_opaque ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_RGBA, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, 1);
  png_set_filter(png, PNG_FILTER_TYPE_BASE, PNG_FILTER_UP);
  png_write_info(png, info);
  if (raster.is_opaque) {
    png_set_filler(png, 0, PNG_FILLER_AFTER); // which takes the alpha away
  }
  for (png_uint_32 y = 0; y < height; ++y) {
    png_write_row(png, &raster.pixels[std::size_t{y} * width * k_channels]);
  }
  png_write_end(png, info);
  return true;
}

} // namespace

std::string encode_png(const Raster& raster)
{
  std::string file;
  file.reserve(raster.pixels.size() / 2);
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, leave_png_writer,
                                            ignore_png_writer_warning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info == nullptr) {
    png_destroy_write_struct(&png, &info);
    return {};
  }
  png_set_write_fn(png, &file, append_png, nothing_to_flush);
  if (!write_png(png, info, raster)) {
    file.clear();
  }
  png_destroy_write_struct(&png, &info);
  return file;
}

} // namespace limn::viewer
