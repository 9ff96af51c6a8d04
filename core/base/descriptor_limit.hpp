#pragma once

#include <cstdint>

namespace limn {

// Lets the process have so many descriptors, or as many as the system allows it, unless it may have
// more already; tells how many it may have. For a program that serves many, as it starts: the limit
// is that of the whole process and of those that it starts.
std::uint64_t raise_descriptor_limit(std::uint64_t wanted);

} // namespace limn
