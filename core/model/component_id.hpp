#pragma once

#include <algorithm>
#include <string_view>

namespace limn {

// What names a component: [a-z][a-z0-9_]* (core/include/limn/abi.h).
constexpr bool is_component_id(std::string_view text)
{
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_small(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_small(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

} // namespace limn
