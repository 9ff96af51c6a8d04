#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"

#include <sys/types.h>

#include <string>

namespace limn {

// xdg-open, at work.
struct DesktopOpening {
  pid_t process = 0;
  std::string what; // a path, or an address
};

// Has the desktop open a file or an address in the program that it has for it.
// FailureClass::internal if xdg-open cannot be started.
Result<DesktopOpening> begin_to_open(const std::string& what);

// Readable once xdg-open has ended.
Descriptor end_of(const DesktopOpening& opening);

// Whether it could not be opened, as far as a moment tells.
Done wait_a_moment(const DesktopOpening& opening);

} // namespace limn
