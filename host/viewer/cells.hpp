#pragma once

#include "viewer/order.hpp"
#include "viewer/raster.hpp"

#include <string>

namespace limn::viewer {

// What draws a picture as sixels, or as coloured blocks (`way`) on so many cells. Ends without a
// line break. Empty if there is no memory for it.
std::string sixels_of(const Raster& raster);
std::string blocks_of(const Raster& raster, Size cells, Way way);

} // namespace limn::viewer
