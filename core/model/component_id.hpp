#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

namespace limn {

// What names a component: [a-z][a-z0-9_]* (core/include/limn/abi.h).
constexpr bool is_component_id(std::string_view text)
{
  const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
  return !text.empty() && is_small(text.front()) && std::ranges::all_of(text, [&](char c) {
    return is_small(c) || (c >= '0' && c <= '9') || c == '_';
  });
}

// What `sources:` names: a config source, or a part of one ("ai_hosts.codex"). No part: empty.
constexpr std::pair<std::string_view, std::string_view> source_and_part(std::string_view text)
{
  const auto dot = text.find('.');
  return dot == std::string_view::npos ? std::pair(text, std::string_view())
                                       : std::pair(text.substr(0, dot), text.substr(dot + 1));
}

} // namespace limn
