#include "sandbox/png.hpp"

#include <png.h>

#include <csetjmp>
#include <exception>

namespace limn::sandbox {

namespace {

// Called from C: nothing may be thrown through it.
void append(png_structp png, png_bytep bytes, png_size_t size)
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

void ignore_warning(png_structp, png_const_charp) {}

// Everything between setjmp and a jump has no destructor, so that the jump skips none.
bool write(png_structp png, png_infop info, const Picture& picture, Compression compression)
{
  if (setjmp(png_jmpbuf(png)) != 0) { // NOLINT(cert-err52-cpp): how libpng reports
    return false;
  }
  const auto width = static_cast<png_uint_32>(picture.size.width);
  const auto height = static_cast<png_uint_32>(picture.size.height);
  png_set_IHDR(png, info, width, height, 8, PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, compression == Compression::none ? 0 : 1);
  png_set_filter(png, PNG_FILTER_TYPE_BASE,
                 compression == Compression::none ? PNG_FILTER_NONE : PNG_FILTER_UP);

  char key[] = "Software";
  char value[] = "limn sandbox";
  png_text text{};
  text.compression = PNG_TEXT_COMPRESSION_NONE;
  text.key = key;
  text.text = value;
  png_set_text(png, info, &text, 1);
  png_write_info(png, info);
  for (png_uint_32 y = 0; y < height; ++y) {
    png_write_row(png, &picture.pixels[std::size_t{y} * width * 3]);
  }
  png_write_end(png, info);
  return true;
}

} // namespace

std::string encode_png(const Picture& picture, Compression compression)
{
  std::string file;
  file.reserve(compression == Compression::none
                 ? picture.pixels.size() + picture.pixels.size() / 100 + 4096
                 : picture.pixels.size() / 8);
  png_structp png =
    png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, ignore_warning);
  png_infop info = png == nullptr ? nullptr : png_create_info_struct(png);
  if (info != nullptr) {
    png_set_write_fn(png, &file, append, nothing_to_flush);
    if (!write(png, info, picture, compression)) {
      file.clear();
    }
  }
  png_destroy_write_struct(&png, &info);
  return file;
}

std::string libpng_version()
{
  return ::png_get_libpng_ver(nullptr);
}

} // namespace limn::sandbox
