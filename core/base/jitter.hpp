#pragma once

#include <chrono>

namespace limn {

// So long, or up to half as long again: those who wait for one thing do not come all at once.
std::chrono::milliseconds with_jitter(std::chrono::milliseconds time);

} // namespace limn
