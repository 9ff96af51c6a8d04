#pragma once

#include <string>

namespace limn {

std::string libunistring_version();

} // namespace limn
