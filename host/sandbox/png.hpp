#pragma once

#include "sandbox/picture.hpp"

#include <string>

namespace limn::sandbox {

enum class Compression { fast, none };

// The bytes of a PNG file. Empty only when memory runs out.
std::string encode_png(const Picture& picture, Compression compression = Compression::fast);

std::string libpng_version();

} // namespace limn::sandbox
