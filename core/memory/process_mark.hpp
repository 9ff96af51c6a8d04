#pragma once

#include <string>
#include <string_view>

namespace limn {

// What tells this process from all others of this machine, also from a later one of the same
// number.
std::string own_process_mark();

// Whether the process of that mark is still there, as far as can be seen from here; false for an
// empty one.
bool is_alive(std::string_view process_mark);

} // namespace limn
