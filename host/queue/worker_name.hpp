#pragma once

#include <string>

namespace limn {

// Machine, process and a number that no other start of it has.
std::string name_of_worker();

} // namespace limn
