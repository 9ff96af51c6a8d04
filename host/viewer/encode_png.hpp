#pragma once

#include "viewer/raster.hpp"

#include <string>

namespace limn::viewer {

// As a PNG, quickly rather than small. Empty if there is no memory for it.
std::string encode_png(const Raster& raster);

} // namespace limn::viewer
