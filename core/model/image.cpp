#include "model/image.hpp"

#include <algorithm>

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
  case ImageFormat::heic:
    return "heic";
  case ImageFormat::svg:
    return "svg";
  }
  return "png";
}

std::string_view extension_of(ImageFormat format)
{
  return format == ImageFormat::jpeg ? "jpg" : to_string(format);
}

Usage& Usage::operator+=(const Usage& more)
{
  const auto add = [](std::int64_t& sum, std::int64_t count) {
    if (count >= 0) {
      sum = std::max<std::int64_t>(sum, 0) + count;
    }
  };
  add(input_text_tokens, more.input_text_tokens);
  add(input_image_tokens, more.input_image_tokens);
  add(output_text_tokens, more.output_text_tokens);
  add(output_image_tokens, more.output_image_tokens);
  add(total_tokens, more.total_tokens);
  return *this;
}

} // namespace limn
