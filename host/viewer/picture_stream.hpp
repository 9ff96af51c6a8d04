#pragma once

#include "viewer/order.hpp"
#include "viewer/raster.hpp"

#include <string>
#include <string_view>

namespace limn::viewer {

// All that is written for a picture of that size, `picture`, which was made smaller to `raster` as
// target_size says. It begins where a line begins, and ends so. Empty if there is no memory for it.
std::string picture_stream(const Order& order, Size picture, const Raster& raster);

// What ends a picture that was cut, whatever it is in the midst of.
std::string_view end_of_cut_picture(Way way);

} // namespace limn::viewer
