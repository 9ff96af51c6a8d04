#include "picture/image_header.hpp"

#include "picture/image_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace limn {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t k_head_size = 8 * 1024; // an SVG may begin with a long comment

struct Format {
  ImageFormat format;
  std::string_view name; // as people write it
  bool (*fits)(std::string_view head);
  Inspected (*inspect)(const ImageReader& image);
};

bool looks_like_png(std::string_view head)
{
  return head.starts_with("\x89PNG\r\n\x1A\n"sv);
}

bool looks_like_jpeg(std::string_view head)
{
  return head.starts_with("\xFF\xD8\xFF"sv);
}

bool looks_like_webp(std::string_view head)
{
  return head.starts_with("RIFF"sv) && head.size() >= 12 && head.substr(8, 4) == "WEBP"sv;
}

bool looks_like_gif(std::string_view head)
{
  return head.starts_with("GIF87a"sv) || head.starts_with("GIF89a"sv);
}

constexpr Format k_formats[] = {
  {ImageFormat::png, "PNG", looks_like_png, inspect_png},
  {ImageFormat::jpeg, "JPEG", looks_like_jpeg, inspect_jpeg},
  {ImageFormat::webp, "WebP", looks_like_webp, inspect_webp},
  {ImageFormat::gif, "GIF", looks_like_gif, inspect_gif},
  {ImageFormat::heic, "HEIC", looks_like_heic, inspect_avif},
  {ImageFormat::avif, "AVIF", looks_like_avif, inspect_avif},
  {ImageFormat::svg, "SVG", looks_like_svg, inspect_svg},
};

const Format* find_format(const ImageReader& image)
{
  const auto head = image.text(0, k_head_size);
  const auto* format =
    std::ranges::find_if(k_formats, [&head](const Format& f) { return f.fits(head); });
  return format == std::end(k_formats) ? nullptr : format;
}

} // namespace

std::optional<ImageFormat> format_of(const ByteSource& bytes)
{
  const auto* format = find_format(ImageReader(bytes));
  return format == nullptr ? std::nullopt : std::optional(format->format);
}

std::optional<ImageFormat> raster_format_of(std::span<const std::byte> head)
{
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  const auto* format = std::ranges::find_if(
    k_formats, [&text](const Format& f) { return f.format != ImageFormat::svg && f.fits(text); });
  return format == std::end(k_formats) ? std::nullopt : std::optional(format->format);
}

Result<ImageHeader> inspect_image(const ByteSource& bytes)
{
  const ImageReader image(bytes);
  if (image.size() == 0) {
    return fail(FailureClass::bad_image, "the image is empty (0 bytes)");
  }
  const auto* format = find_format(image);
  if (format == nullptr) {
    return fail(FailureClass::bad_image,
                fmt::format("the {} bytes that came are no image in a known format", image.size()));
  }
  const auto size = format->inspect(image);
  if (!size) {
    return fail(FailureClass::bad_image,
                size.error() == ImageFault::cut
                  ? fmt::format("the {} image is cut after {} bytes", format->name, image.size())
                  : fmt::format("the {} image of {} bytes is damaged", format->name, image.size()));
  }
  return ImageHeader{format->format, *size};
}

std::string ImageReader::text(std::uint64_t offset, std::size_t count) const
{
  if (offset >= m_size) {
    return {};
  }
  std::string piece(static_cast<std::size_t>(std::min<std::uint64_t>(count, m_size - offset)),
                    '\0');
  piece.resize(
    std::min(piece.size(), m_source.read_at(offset, std::as_writable_bytes(std::span(piece)))));
  return piece;
}

std::string ImageReader::tail(std::size_t count) const
{
  return text(m_size > count ? m_size - count : 0, count);
}

Inspected checked_size(std::uint32_t width, std::uint32_t height)
{
  constexpr std::uint32_t k_largest = std::numeric_limits<int>::max();
  if (width == 0 || height == 0 || width > k_largest || height > k_largest) {
    return tl::unexpected(ImageFault::invalid);
  }
  return Size{static_cast<int>(width), static_cast<int>(height)};
}

} // namespace limn
