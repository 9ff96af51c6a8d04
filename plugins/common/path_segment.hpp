#pragma once

#include <string_view>

namespace limn::plugins {

// Whether a name may stand in a path as it is: letters, digits and "-_.", and no way up.
inline bool is_path_segment(std::string_view name)
{
  constexpr std::string_view k_unreserved =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  return !name.empty() && name.find_first_not_of(k_unreserved) == std::string_view::npos
         && name != "." && name != "..";
}

} // namespace limn::plugins
