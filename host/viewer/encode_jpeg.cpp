#include "viewer/encode_jpeg.hpp"

#include <jpeglib.h>

#include <csetjmp>
#include <cstdio> // which jpeglib.h wants before it
#include <cstdlib>
#include <exception>

namespace limn::viewer {

namespace {

// What outlives a jump out of libjpeg. The first member is what libjpeg knows of it.
struct JpegWriting {
  jpeg_error_mgr errors{};
  std::jmp_buf back{};
  unsigned char* bytes = nullptr; // libjpeg's
  unsigned long size = 0;
};

[[noreturn]] void leave_jpeg_writer(j_common_ptr jpeg)
{
  std::longjmp(reinterpret_cast<JpegWriting*>(jpeg->err)->back, 1); // NOLINT(cert-err52-cpp)
}

void ignore_jpeg_warning(j_common_ptr, int) {}

void say_nothing_of_writing(j_common_ptr) {}

// Everything between setjmp and a jump has no destructor, so that the jump skips none.
bool write_jpeg(jpeg_compress_struct& jpeg, JpegWriting& writing, const Raster& raster, int quality)
{
  if (setjmp(writing.back) != 0) { // NOLINT(cert-err52-cpp): how libjpeg reports
    return false;
  }
  jpeg_create_compress(&jpeg);
  jpeg_mem_dest(&jpeg, &writing.bytes, &writing.size);
  jpeg.image_width = static_cast<JDIMENSION>(raster.size.width);
  jpeg.image_height = static_cast<JDIMENSION>(raster.size.height);
  jpeg.input_components = static_cast<int>(k_channels);
  jpeg.in_color_space = JCS_EXT_RGBX;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, quality, TRUE);
  jpeg.optimize_coding = TRUE;
  jpeg_start_compress(&jpeg, TRUE);
  const auto row_size = std::size_t{jpeg.image_width} * k_channels;
  while (jpeg.next_scanline < jpeg.image_height) {
    auto* row = const_cast<JSAMPROW>(&raster.pixels[jpeg.next_scanline * row_size]); // it is read
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  return true;
}

} // namespace

std::string encode_jpeg(const Raster& raster, int quality)
{
  JpegWriting writing;
  jpeg_compress_struct jpeg{};
  jpeg.err = jpeg_std_error(&writing.errors);
  writing.errors.error_exit = leave_jpeg_writer;
  writing.errors.emit_message = ignore_jpeg_warning;
  writing.errors.output_message = say_nothing_of_writing;
  const bool is_written = write_jpeg(jpeg, writing, raster, quality);
  jpeg_destroy_compress(&jpeg);
  std::string file;
  try {
    if (is_written) {
      file.assign(reinterpret_cast<const char*>(writing.bytes), writing.size);
    }
  } catch (const std::exception&) {
    file.clear();
  }
  std::free(writing.bytes); // NOLINT(cppcoreguidelines-no-malloc): libjpeg's
  return file;
}

} // namespace limn::viewer
