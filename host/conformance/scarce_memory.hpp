#pragma once

#include "base/result.hpp"

#include <cstdint>

namespace limn::conformance {

// Lets the allocations of libraries fail: malloc, calloc, realloc and their like, as the plugin and
// the libraries that it uses call them, not those of limn's own code. It changes the loaded
// libraries for ever: for a process that runs one test.
class ScarceMemory
{
public:
  // Call it after the plugin was loaded. Fails where the libraries cannot be changed.
  static Done arrange();

  // From now on, until `end`, the `nth` allocation (from 1) of this thread fails, once.
  static void begin(std::int64_t nth);

  // How many allocations are left until it: 0 if it came.
  static std::int64_t end();
};

} // namespace limn::conformance
