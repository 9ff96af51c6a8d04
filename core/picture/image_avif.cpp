#include "picture/image_formats.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace limn {
namespace {

using namespace std::string_view_literals;

// More boxes than encoders write, and few enough to read them all.
constexpr int k_most_outer_boxes = 100;
constexpr int k_most_meta_boxes = 200;

struct Box {
  std::string type;
  std::uint64_t content = 0; // where it begins
  std::uint64_t end = 0;
};

std::uint64_t number_at(std::string_view bytes, std::size_t at, std::size_t count)
{
  std::uint64_t value = 0;
  for (const char byte : bytes.substr(at, count)) {
    value = value << 8 | static_cast<unsigned char>(byte);
  }
  return value;
}

// The box at `at` inside of what ends at `end`; nothing if there is none or it does not fit
// (ISO/IEC 14496-12, section 4.2).
std::optional<Box> box_at(const ImageReader& image, std::uint64_t at, std::uint64_t end)
{
  const auto head = image.text(at, 16);
  if (head.size() < 8 || end - at < 8) {
    return std::nullopt;
  }
  std::uint64_t size = number_at(head, 0, 4);
  std::uint64_t head_size = 8;
  if (size == 1) {
    if (head.size() < 16) {
      return std::nullopt;
    }
    size = number_at(head, 8, 8);
    head_size = 16;
  } else if (size == 0) {
    size = end - at;
  }
  if (size < head_size || size > end - at) {
    return std::nullopt;
  }
  return Box{head.substr(4, 4), at + head_size, at + size};
}

// Calls `visit` with each box between `at` and `end`; returns where the last that fits ends.
template <typename Visit>
std::uint64_t visit_boxes(const ImageReader& image, std::uint64_t at, std::uint64_t end,
                          int& boxes_left, Visit visit)
{
  while (at < end && boxes_left > 0) {
    const auto box = box_at(image, at, end);
    if (!box) {
      break;
    }
    --boxes_left;
    visit(*box);
    at = box->end;
  }
  return at;
}

struct Found {
  Size size; // of the largest picture: the others are tiles, thumbnails and masks
  bool has_pixels = false;
};

void visit_properties(const ImageReader& image, const Box& properties, int& boxes_left,
                      Found& found)
{
  visit_boxes(image, properties.content, properties.end, boxes_left, [&](const Box& box) {
    const auto extents = image.read<12>(box.content); // version and flags, width, height
    if (box.type != "ispe" || box.end - box.content < 12 || !extents) {
      return;
    }
    const auto size = checked_size(big_endian<4>(*extents, 4), big_endian<4>(*extents, 8));
    const auto area = [](Size s) { return std::uint64_t(s.width) * std::uint64_t(s.height); };
    if (size && area(*size) > area(found.size)) {
      found.size = *size;
    }
  });
}

void visit_meta(const ImageReader& image, const Box& meta, Found& found)
{
  if (meta.end - meta.content < 4) {
    return;
  }
  int boxes_left = k_most_meta_boxes;
  visit_boxes(image, meta.content + 4, meta.end, boxes_left, [&](const Box& box) {
    found.has_pixels = found.has_pixels || box.type == "idat";
    if (box.type == "iprp") {
      visit_boxes(image, box.content, box.end, boxes_left, [&](const Box& properties) {
        if (properties.type == "ipco") {
          visit_properties(image, properties, boxes_left, found);
        }
      });
    }
  });
}

// Whether any brand of the file's type box is one of these.
bool has_brand(std::string_view head, std::span<const std::string_view> brands)
{
  if (head.size() < 12 || head.substr(4, 4) != "ftyp"sv) {
    return false;
  }
  const auto is_brand = [&](std::size_t at) {
    return std::ranges::find(brands, head.substr(at, 4)) != brands.end();
  };
  // Major brand, version, compatible brands.
  const auto end = std::min<std::uint64_t>(number_at(head, 0, 4), head.size());
  bool fits = is_brand(8);
  for (std::size_t at = 16; at + 4 <= end && !fits; at += 4) {
    fits = is_brand(at);
  }
  return fits;
}

// AV1 Image File Format, section 4; ISO/IEC 23008-12, annex B.
constexpr std::array<std::string_view, 2> k_av1_brands{"avif", "avis"};
constexpr std::array<std::string_view, 8> k_hevc_brands{"heic", "heix", "hevc", "hevx",
                                                        "heim", "heis", "hevm", "hevs"};
constexpr std::array<std::string_view, 2> k_other_brands{"mif1", "msf1"}; // whatever is in it

} // namespace

bool looks_like_heic(std::string_view head)
{
  return has_brand(head, k_hevc_brands) && !has_brand(head, k_av1_brands);
}

bool looks_like_avif(std::string_view head)
{
  return has_brand(head, k_av1_brands)
         || (has_brand(head, k_other_brands) && !has_brand(head, k_hevc_brands));
}

// ISO/IEC 14496-12, sections 4.2 and 8.11; ISO/IEC 23008-12, section 6.5.3.
Inspected inspect_avif(const ImageReader& image)
{
  Found found;
  int boxes_left = k_most_outer_boxes;
  const auto end = visit_boxes(image, 0, image.size(), boxes_left, [&](const Box& box) {
    found.has_pixels = found.has_pixels || box.type == "mdat";
    if (box.type == "meta") {
      visit_meta(image, box, found);
    }
  });
  if (!found.has_pixels || image.size() - end > k_most_garbage) {
    return tl::unexpected(ImageFault::cut);
  }
  return found.size;
}

} // namespace limn
