#include "picture/input_image.hpp"

#include "picture/image_formats.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

namespace limn {

namespace {

using namespace std::string_view_literals;

// What people take for a picture, by its first bytes.
struct Lookalike {
  std::size_t at;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array<Lookalike, 19> k_lookalikes{{
  {0, "%PDF-"sv, "a PDF"},
  {0, "II*\0"sv, "a TIFF"},
  {0, "MM\0*"sv, "a TIFF"},
  {0, "BM"sv, "a BMP"},
  {0, "\0\0\1\0"sv, "an ICO"},
  {0, "8BPS"sv, "a Photoshop file"},
  {0, "gimp xcf"sv, "a GIMP file"},
  {4, "jP  "sv, "a JPEG 2000"},
  {4, "JXL "sv, "a JPEG XL"},
  {0, "\xff\x0a"sv, "a JPEG XL"},
  {4, "ftyp"sv, "a video, or a picture of a kind that limn does not know"},
  {0, "\x1a\x45\xdf\xa3"sv, "a video"},
  {0, "PK\3\4"sv, "a ZIP archive"},
  {0, "\x1f\x8b"sv, "a gzip archive"},
  {0, "data:image/"sv, "a data URL, not the image in it"},
  {0, "<!DOCTYPE html"sv, "a web page"},
  {0, "<!doctype html"sv, "a web page"},
  {0, "<html"sv, "a web page"},
  {0, "{"sv, "JSON"},
}};

constexpr std::string_view k_taken = "PNG, JPEG and WebP are what gateways take";

Failure no_image(std::string_view name, const ByteSource& bytes)
{
  std::array<std::byte, 32> head{};
  const auto count = bytes.read_at(0, head);
  const std::string_view text(reinterpret_cast<const char*>(head.data()), count);
  const auto known = std::ranges::find_if(k_lookalikes, [&](const Lookalike& one) {
    return text.size() > one.at && text.substr(one.at).starts_with(one.bytes);
  });
  return {FailureClass::usage,
          known == k_lookalikes.end()
            ? fmt::format("{} is no image in a known format ({} bytes)", name, bytes.size())
            : fmt::format("{} is no image: it is {}", name, known->name),
          std::string(k_taken)};
}

bool is_taken(ImageFormat format)
{
  return format == ImageFormat::png || format == ImageFormat::jpeg || format == ImageFormat::webp;
}

// PNG specification, sections 11.2.1 and 11.3.1: colour types 4 and 6 have alpha, the others may
// have tRNS before the first IDAT.
bool is_png_transparent(const ImageReader& image)
{
  constexpr std::uint64_t k_colour_type = 25;
  constexpr std::uint64_t k_frame = 12; // length, type, checksum
  const auto colours = image.read<1>(k_colour_type);
  if (!colours || (*colours)[0] == 4 || (*colours)[0] == 6) {
    return colours.has_value();
  }
  std::uint64_t at = 8;
  while (const auto head = image.read<8>(at)) {
    const std::string_view type(reinterpret_cast<const char*>(head->data()) + 4, 4);
    if (type == "tRNS"sv || type == "IDAT"sv || type == "IEND"sv) {
      return type == "tRNS"sv;
    }
    at += k_frame + big_endian<4>(*head, 0);
  }
  return false;
}

// WebP container specification, "Extended File Format" (flag L); lossless bitstream, section 3
// (alpha_is_used).
bool is_webp_transparent(const ImageReader& image)
{
  const auto head = image.read<25>(0);
  if (!head) {
    return false;
  }
  const std::string_view kind(reinterpret_cast<const char*>(head->data()) + 12, 4);
  return kind == "VP8X"sv   ? ((*head)[20] & 0x10) != 0
         : kind == "VP8L"sv ? (little_endian<4>(*head, 21) >> 28 & 1) != 0
                            : false;
}

} // namespace

Done inspect_input(Input& input, const ByteSource& bytes, std::string_view name)
{
  if (bytes.size() == 0) {
    return fail(FailureClass::usage, fmt::format("{} is empty (0 bytes)", name));
  }
  const auto format = format_of(bytes);
  if (!format) {
    return fail(no_image(name, bytes));
  }
  if (!is_taken(*format)) {
    return fail(FailureClass::usage, fmt::format("{} is {}", name, to_string(*format)),
                std::string(k_taken));
  }
  const auto header = inspect_image(bytes);
  if (!header) {
    return fail(FailureClass::usage, fmt::format("{}: {}", name, header.error().message));
  }
  if (bytes.size() >= k_largest_input) {
    return fail(FailureClass::usage,
                fmt::format("{} has {} bytes, and gateways take less than {}", name, bytes.size(),
                            k_largest_input),
                "make it smaller first");
  }
  input.media_type = fmt::format("image/{}", to_string(header->format));
  input.bytes = bytes.size();
  input.size = header->size;
  input.has_transparency = has_transparency(bytes);
  return {};
}

Done check_mask(std::span<const Input> inputs)
{
  const auto mask = std::ranges::find(inputs, Input::Role::mask, &Input::role);
  const auto image = std::ranges::find(inputs, Input::Role::image, &Input::role);
  if (mask == inputs.end() || image == inputs.end() || mask->bytes == 0 || image->bytes == 0) {
    return {};
  }
  if (mask->size != image->size) {
    return fail(FailureClass::usage,
                fmt::format("the mask {} is {}, and the image {} that it lies on {}", mask->origin,
                            to_string(mask->size), image->origin, to_string(image->size)),
                "both must have the same size");
  }
  return {};
}

bool has_transparency(const ByteSource& bytes)
{
  const ImageReader image(bytes);
  const auto format = format_of(bytes);
  return format == ImageFormat::png    ? is_png_transparent(image)
         : format == ImageFormat::webp ? is_webp_transparent(image)
                                       : false;
}

} // namespace limn
