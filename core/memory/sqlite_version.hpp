#pragma once

#include <string>

namespace limn {

std::string sqlite_version();

} // namespace limn
