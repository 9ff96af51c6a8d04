#pragma once

#include <array>
#include <string_view>

namespace limn {

// What makes a queue, in their order: number 1 is the first. One that was released never changes.
extern const std::array<std::string_view, 1> k_migrations;

} // namespace limn
