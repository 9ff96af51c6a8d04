#pragma once

#include "loop/loop.hpp"

#include <functional>

namespace limn::test {

inline void run_until(Loop& loop, const std::function<bool()>& done)
{
  while (!done() && loop.turn()) {
  }
}

} // namespace limn::test
