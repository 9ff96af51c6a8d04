#include "price/image_tokens.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::array<std::string_view, 3> k_qualities{"low", "medium", "high"};

constexpr Size k_square{1024, 1024};
constexpr Size k_portrait{1024, 1536};
constexpr Size k_landscape{1536, 1024};

// Of the sizes that the image guide calls popular, 2048x2048 takes the most tokens, also more than
// 3840x2160: the count is not monotonic in pixels.
constexpr Size k_dearest{2048, 2048};

std::int64_t divided_up(std::int64_t value, std::int64_t by)
{
  return (value + by - 1) / by;
}

// There is no official formula. This one gives every count of the image guide's calculator and of
// every bill that is known (community.openai.com, thread 1382699).
std::int64_t drawn_by_gpt_image_2(Size size, std::size_t quality)
{
  constexpr std::array<std::int64_t, 3> factors{16, 48, 96};
  const auto f = factors[quality];
  const std::int64_t longer = std::max(size.width, size.height);
  const std::int64_t shorter = std::min(size.width, size.height);
  const auto s = (2 * f * shorter + longer) / (2 * longer); // rounds half up
  const auto pixels = std::int64_t{size.width} * size.height;
  return divided_up(f * s * (2'000'000 + pixels), 4'000'000);
}

// The table of the image guide for gpt-image-1, 1-mini and 1.5, which draw these sizes only.
std::optional<std::int64_t> drawn_by_gpt_image_1(Size size, std::size_t quality)
{
  struct Row {
    Size size;
    std::array<std::int64_t, 3> tokens;
  };
  constexpr Row rows[] = {
    {k_square, {272, 1056, 4160}},
    {k_portrait, {408, 1584, 6240}},
    {k_landscape, {400, 1568, 6208}},
  };
  for (const auto& row : rows) {
    if (row.size == size) {
      return row.tokens[quality];
    }
  }
  return std::nullopt;
}

} // namespace

bool is_left_open(std::string_view size_or_quality)
{
  return size_or_quality.empty() || size_or_quality == "auto";
}

std::optional<std::int64_t> drawn_tokens(TokenCount count, std::string_view size,
                                         std::string_view quality)
{
  const auto named =
    std::find(k_qualities.begin(), k_qualities.end(), is_left_open(quality) ? "high" : quality);
  if (named == k_qualities.end()) {
    return std::nullopt;
  }
  const auto index = static_cast<std::size_t>(named - k_qualities.begin());
  const auto dearest = count == TokenCount::gpt_image_1 ? k_portrait : k_dearest;
  const auto drawn = is_left_open(size) ? dearest : parse_size(size);
  if (!drawn) {
    return std::nullopt;
  }
  switch (count) {
  case TokenCount::gpt_image_1:
    return drawn_by_gpt_image_1(*drawn, index);
  case TokenCount::gpt_image_2:
    return drawn_by_gpt_image_2(*drawn, index);
  case TokenCount::unknown:
    break;
  }
  return std::nullopt;
}

std::int64_t input_tokens(TokenCount count, Size size)
{
  if (count != TokenCount::gpt_image_1) {
    return 1536; // the most that an image was seen to take with gpt-image-2; there is no table
  }
  // At low fidelity, the default: 65, and 129 for each tile of 512 pixels, once the image was
  // scaled to fit into 2048 pixels and then to 512 on its shorter side (developers.openai.com, the
  // guide to images and vision).
  constexpr std::int64_t tile = 512;
  constexpr std::int64_t largest = 2048;
  std::int64_t longer = std::max(size.width, size.height);
  std::int64_t shorter = std::min(size.width, size.height);
  if (shorter <= 0) {
    longer = largest;
    shorter = tile;
  }
  if (longer > largest) {
    shorter = std::max<std::int64_t>(1, shorter * largest / longer);
    longer = largest;
  }
  if (shorter > tile) {
    longer = longer * tile / shorter;
    shorter = tile;
  }
  return 65 + 129 * divided_up(longer, tile) * divided_up(shorter, tile);
}

} // namespace limn
