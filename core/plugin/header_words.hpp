#pragma once

#include "base/ascii.hpp"

#include <algorithm>
#include <string_view>

namespace limn {

// A token of RFC 9110, section 5.6.2.
inline bool is_token(std::string_view text)
{
  const auto is_token_character = [](char c) {
    return (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (c >= '0' && c <= '9')
           || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, is_token_character);
}

inline bool is_visible_ascii(std::string_view text)
{
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

// Of a request behind a base URL.
inline bool is_request_path(std::string_view text)
{
  return text.starts_with('/') && is_visible_ascii(text)
         && text.find('#') == std::string_view::npos;
}

} // namespace limn
