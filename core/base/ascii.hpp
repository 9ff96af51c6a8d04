#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace limn {

// Letters without regard to case, in ASCII only and whatever the locale: other bytes are compared
// as they are.

constexpr char ascii_lower(char c)
{
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string ascii_lower(std::string_view text)
{
  std::string lower(text);
  for (char& c : lower) {
    c = ascii_lower(c);
  }
  return lower;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b)
{
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

// Where `wanted` begins in `text`, or npos.
constexpr std::size_t find_ignoring_case(std::string_view text, std::string_view wanted,
                                         std::size_t from = 0)
{
  const auto rest = text.substr(from);
  const auto found = std::search(rest.begin(), rest.end(), wanted.begin(), wanted.end(),
                                 [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
  return found == rest.end() && !wanted.empty()
           ? std::string_view::npos
           : from + static_cast<std::size_t>(found - rest.begin());
}

// Without blanks and ends of lines around it.
constexpr std::string_view trimmed(std::string_view text)
{
  constexpr std::string_view k_blanks = " \t\r\n";
  const auto begin = text.find_first_not_of(k_blanks);
  if (begin == std::string_view::npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(k_blanks) - begin + 1);
}

} // namespace limn
