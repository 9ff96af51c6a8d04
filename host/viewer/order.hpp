#pragma once

#include "model/job.hpp"

#include <optional>
#include <span>
#include <string_view>

namespace limn::viewer {

// How a picture gets into a terminal.
enum class Way {
  none,
  kitty,  // its graphics protocol
  iterm2, // its inline images
  sixel,
  blocks, // coloured ones, of 24 bit
  blocks_256,
  ask, // the terminal says
};

// What limn-view is told: WAY COLUMNSxROWS [CELL WIDTHxHEIGHT] [WAY where the terminal that was
// asked knows none].
struct Order {
  Way way = Way::none;
  Size room;                 // in cells: the picture takes no more
  std::optional<Size> cell;  // in pixels, where that is known
  Way otherwise = Way::none; // for Way::ask
};

// Words: "kitty", "80x12", "10x20" or "-", and "blocks". Nothing for what makes no sense.
std::optional<Order> read_order(std::span<const char* const> words);

std::string_view to_string(Way way);

// As large as fits, in the shape of `picture`, and no larger than that.
Size fitted(Size picture, Size box);

// How large a picture is made for it, in pixels: within the room, in its own shape, and never
// more than its own. Of blocks: what they are made of.
Size target_size(const Order& order, Size picture);

// How many cells that takes.
Size cells_of(const Order& order, Size picture);

} // namespace limn::viewer
