#include "viewer/order.hpp"

#include "viewer/raster.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace limn::viewer {

namespace {

constexpr std::array<std::string_view, 7> k_ways{"none",   "kitty",      "iterm2", "sixel",
                                                 "blocks", "blocks-256", "ask"};

// Half as wide as high, as nearly all are; of a VT340, which sixels are measured by.
constexpr Size k_usual_cell{10, 20};
constexpr int k_widest = 1000; // cells, of either side
constexpr int k_largest_cell = 200;

// What a block is made of: chafa looks at so many pixels of a cell, either way.
constexpr int k_looked_at = 8;

std::optional<Way> way_from(std::string_view word)
{
  const auto* found = std::find(k_ways.begin(), k_ways.end(), word);
  return found == k_ways.end() ? std::nullopt
                               : std::optional(static_cast<Way>(found - k_ways.begin()));
}

// In the pixels of the terminal.
Size shown_size(const Order& order, Size picture)
{
  const auto cell = order.cell.value_or(k_usual_cell);
  Size room{order.room.width * cell.width, order.room.height * cell.height};
  if (order.way == Way::sixel) {
    room.height = std::max(k_sixel_height, room.height / k_sixel_height * k_sixel_height);
  }
  return fitted(picture, room);
}

bool is_of_blocks(Way way)
{
  return way == Way::blocks || way == Way::blocks_256;
}

} // namespace

std::string_view to_string(Way way)
{
  return k_ways[static_cast<std::size_t>(way)];
}

Size fitted(Size picture, Size box)
{
  if (picture.width <= box.width && picture.height <= box.height) {
    return picture;
  }
  const auto scaled = [](int side, int by, int of) {
    return std::max(1, static_cast<int>((std::int64_t{side} * by + of / 2) / of));
  };
  const bool is_wide =
    std::int64_t{picture.width} * box.height > std::int64_t{box.width} * picture.height;
  return is_wide
           ? Size{box.width, std::min(box.height, scaled(picture.height, box.width, picture.width))}
           : Size{std::min(box.width, scaled(picture.width, box.height, picture.height)),
                  box.height};
}

std::optional<Order> read_order(std::span<const char* const> words)
{
  if (words.size() != 4) {
    return std::nullopt;
  }
  const auto way = way_from(words[0]);
  const auto room = parse_size(words[1]);
  const auto cell = parse_size(words[2]);
  const auto otherwise = way_from(words[3]);
  const auto is_within = [](Size size, int most) {
    return std::max(size.width, size.height) <= most;
  };
  if (!way || !room || !otherwise || *otherwise == Way::ask || !is_within(*room, k_widest)
      || (!cell && std::string_view(words[2]) != "-")
      || (cell && !is_within(*cell, k_largest_cell))) {
    return std::nullopt;
  }
  return Order{*way, *room, cell, *otherwise};
}

Size target_size(const Order& order, Size picture)
{
  if (!is_of_blocks(order.way)) {
    return shown_size(order, picture);
  }
  const auto cells = cells_of(order, picture);
  return {std::min(picture.width, cells.width * k_looked_at),
          std::min(picture.height, cells.height * k_looked_at)};
}

Size cells_of(const Order& order, Size picture)
{
  const auto cell = order.cell.value_or(k_usual_cell);
  if (is_of_blocks(order.way)) {
    // A pixel of the picture is half a block, which is as high as it is wide.
    const auto halves =
      fitted(picture,
             {order.room.width,
              order.room.height * std::max(1, (2 * cell.height + cell.width) / (2 * cell.width))});
    return {halves.width,
            std::clamp(divided_up(halves.height * cell.width, cell.height), 1, order.room.height)};
  }
  const auto shown = shown_size(order, picture);
  return {divided_up(shown.width, cell.width), divided_up(shown.height, cell.height)};
}

} // namespace limn::viewer
