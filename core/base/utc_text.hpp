#pragma once

#include <chrono>
#include <string>

namespace limn {

// "2026-01-31T23:59:59Z"
std::string utc_text(std::chrono::system_clock::time_point time);

} // namespace limn
