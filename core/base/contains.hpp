#pragma once

#include <algorithm>

namespace limn {

// Whether a value equal to `wanted` is among these.
template <typename Values, typename Value>
bool contains(const Values& values, const Value& wanted)
{
  return std::ranges::find(values, wanted) != std::ranges::end(values);
}

} // namespace limn
