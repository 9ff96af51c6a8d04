#include "model/image.hpp"

namespace limn {

std::string_view to_string(ImageFormat format)
{
  switch (format) {
  case ImageFormat::png:
    return "png";
  case ImageFormat::jpeg:
    return "jpeg";
  case ImageFormat::webp:
    return "webp";
  case ImageFormat::gif:
    return "gif";
  case ImageFormat::avif:
    return "avif";
  case ImageFormat::svg:
    return "svg";
  }
  return "png";
}

std::string_view extension_of(ImageFormat format)
{
  return format == ImageFormat::jpeg ? "jpg" : to_string(format);
}

} // namespace limn
