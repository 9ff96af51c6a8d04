#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A text as somebody who decodes it reads it, and where each of its characters stands in the text
// as it was written.
struct SpellingView {
  std::string text;
  std::vector<std::uint32_t> begins;
  std::vector<std::uint32_t> ends;

  void add(char c, std::uint32_t begin, std::uint32_t end);
};

// The ways to spell a character that are read.
enum class Escapes : unsigned {
  none = 0,
  url = 1,       // %41
  backslash = 2, // \u0041, \x41, \101, \n, and \ before any other character
  entity = 4,    // &#65; &#x41; &amp;
  all = 7
};

constexpr Escapes operator|(Escapes a, Escapes b)
{
  return static_cast<Escapes>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr bool has(Escapes set, Escapes one)
{
  return (static_cast<unsigned>(set) & static_cast<unsigned>(one)) != 0;
}

SpellingView plain_view(std::string_view text);

// With the escapes decoded, once: what they decode to may be an escape again.
SpellingView decoded(const SpellingView& view, Escapes which);

// Those whose first character stands in the text: a glance, to spare the work.
Escapes escapes_in(std::string_view text);

// Without blanks and line breaks, also those that nobody sees.
SpellingView without_blanks(const SpellingView& view);

// Without what stands between the digits of bytes: "73:6b", "0x73,0x6b", "73-6b".
SpellingView without_hex_separators(const SpellingView& view);

} // namespace limn
