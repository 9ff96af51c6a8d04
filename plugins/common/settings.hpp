#pragma once

#include <limn/sdk.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace limn::plugins {

// Throws LIMN_SETTINGS if the user set something else than `known`.
inline void refuse_unknown(const sdk::Settings& settings, std::string_view component,
                           std::initializer_list<std::string_view> known)
{
  std::string names;
  for (const auto name : known) {
    names += (names.empty() ? "" : ", ") + std::string(name);
  }
  for (const auto& [key, value] : settings.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      throw sdk::Failure(LIMN_SETTINGS, std::string(component) + " has no setting '" + key + "'",
                         "it knows " + names);
    }
  }
}

// Throws LIMN_SETTINGS for a value that is none of `expected`, which is named in words.
[[noreturn]] inline void throw_bad_value(std::string_view component, std::string_view key,
                                         std::string_view expected, std::string_view value)
{
  throw sdk::Failure(LIMN_SETTINGS, std::string(component) + ": " + std::string(key) + " is "
                                      + std::string(expected) + ", not '" + std::string(value)
                                      + "'");
}

inline bool is_on(std::string_view component, std::string_view key, std::string_view value)
{
  if (value == "true" || value == "yes" || value == "on") {
    return true;
  }
  if (value == "false" || value == "no" || value == "off") {
    return false;
  }
  throw_bad_value(component, key, "true or false", value);
}

} // namespace limn::plugins
