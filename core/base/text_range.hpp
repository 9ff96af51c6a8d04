#pragma once

#include <cstddef>

namespace limn {

// A part of a text: from `begin` up to `end`.
struct TextRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

} // namespace limn
