#include "viewer/decode.hpp"

#include "picture/image_header.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn::viewer {

Done check_size(Size picture)
{
  if (picture.width <= 0 || picture.height <= 0) {
    return damaged();
  }
  if (std::max(picture.width, picture.height) > k_longest_side
      || std::int64_t{picture.width} * picture.height > k_most_pixels) {
    return too_large();
  }
  return {};
}

tl::unexpected<Failure> damaged()
{
  return fail(FailureClass::bad_image, "the picture cannot be shown: it is damaged or cut");
}

tl::unexpected<Failure> too_large()
{
  return fail(FailureClass::bad_image, "the picture is too large to be shown here");
}

Result<Raster> decode(std::span<const std::byte> file, const TargetSize& target)
{
  if (file.size() > k_most_bytes) {
    return too_large();
  }
  const auto format = raster_format_of(file.first(std::min<std::size_t>(file.size(), 64)));
  if (!format) {
    return fail(FailureClass::bad_image, "the picture is of no format that can be shown");
  }
  switch (*format) {
  case ImageFormat::png:
    return decode_png(file, target);
  case ImageFormat::jpeg:
    return decode_jpeg(file, target);
  case ImageFormat::webp:
    return decode_webp(file, target);
  case ImageFormat::gif:
  case ImageFormat::avif:
  case ImageFormat::heic:
  case ImageFormat::svg:
    break;
  }
  return fail(FailureClass::bad_image, fmt::format("limn shows no {}", to_string(*format)));
}

} // namespace limn::viewer
