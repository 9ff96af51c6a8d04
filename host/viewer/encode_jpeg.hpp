#pragma once

#include "viewer/raster.hpp"

#include <string>

namespace limn::viewer {

// As a JPEG of that quality, 1 to 100; what is transparent comes as the colour that it would have.
// Empty if there is no memory for it.
std::string encode_jpeg(const Raster& raster, int quality);

} // namespace limn::viewer
