#include "base/display_width.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace limn {

namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};

// Unicode 14.0.0, EastAsianWidth.txt: wide and full-width. Small gaps are closed: one column too
// many only makes a line shorter.
constexpr Range k_wide[] = {
  {0x1100, 0x115f},   {0x231a, 0x231b},   {0x2329, 0x232a},   {0x23e9, 0x23ec},
  {0x23f0, 0x23f0},   {0x23f3, 0x23f3},   {0x25fd, 0x25fe},   {0x2614, 0x2615},
  {0x2648, 0x2653},   {0x267f, 0x267f},   {0x2693, 0x2693},   {0x26a1, 0x26a1},
  {0x26aa, 0x26ab},   {0x26bd, 0x26be},   {0x26c4, 0x26c5},   {0x26ce, 0x26ce},
  {0x26d4, 0x26d4},   {0x26ea, 0x26ea},   {0x26f2, 0x26f3},   {0x26f5, 0x26f5},
  {0x26fa, 0x26fa},   {0x26fd, 0x26fd},   {0x2705, 0x2705},   {0x270a, 0x270b},
  {0x2728, 0x2728},   {0x274c, 0x274c},   {0x274e, 0x274e},   {0x2753, 0x2755},
  {0x2757, 0x2757},   {0x2795, 0x2797},   {0x27b0, 0x27b0},   {0x27bf, 0x27bf},
  {0x2b1b, 0x2b1c},   {0x2b50, 0x2b50},   {0x2b55, 0x2b55},   {0x2e80, 0xa4cf},
  {0xa960, 0xa97c},   {0xac00, 0xd7a3},   {0xf900, 0xfad9},   {0xfe10, 0xfe19},
  {0xfe30, 0xfe6b},   {0xff01, 0xff60},   {0xffe0, 0xffe6},   {0x16fe0, 0x16fe4},
  {0x16ff0, 0x16ff1}, {0x17000, 0x187f7}, {0x18800, 0x18cd5}, {0x18d00, 0x18d08},
  {0x1aff0, 0x1b122}, {0x1b150, 0x1b152}, {0x1b164, 0x1b167}, {0x1b170, 0x1b2fb},
  {0x1f004, 0x1f004}, {0x1f0cf, 0x1f0cf}, {0x1f18e, 0x1f19a}, {0x1f200, 0x1f202},
  {0x1f210, 0x1f251}, {0x1f260, 0x1f265}, {0x1f300, 0x1f64f}, {0x1f680, 0x1f6ff},
  {0x1f7e0, 0x1f7f0}, {0x1f900, 0x1f9ff}, {0x1fa70, 0x1faff}, {0x20000, 0x3fffd}};

// UnicodeData.txt: marks that stand on the character before them, of the scripts that are seen
// most; characters without a width; the Jamo that join the one before.
constexpr Range k_without_width[] = {
  {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x5bf, 0x5bf},   {0x5c1, 0x5c2},
  {0x5c4, 0x5c5},   {0x5c7, 0x5c7},   {0x610, 0x61a},   {0x64b, 0x65f},   {0x670, 0x670},
  {0x6d6, 0x6dc},   {0x6df, 0x6e4},   {0x6e7, 0x6e8},   {0x6ea, 0x6ed},   {0x93a, 0x93a},
  {0x93c, 0x93c},   {0x941, 0x948},   {0x94d, 0x94d},   {0x951, 0x957},   {0x962, 0x963},
  {0xe31, 0xe31},   {0xe34, 0xe3a},   {0xe47, 0xe4e},   {0x1160, 0x11ff}, {0x1ab0, 0x1ace},
  {0x1b00, 0x1b03}, {0x1b34, 0x1b34}, {0x1b36, 0x1b3a}, {0x1b3c, 0x1b3c}, {0x1b42, 0x1b42},
  {0x1b6b, 0x1b73}, {0x1b80, 0x1b81}, {0x1ba2, 0x1ba5}, {0x1ba8, 0x1ba9}, {0x1bab, 0x1bad},
  {0x1be6, 0x1be6}, {0x1be8, 0x1be9}, {0x1bed, 0x1bed}, {0x1bef, 0x1bf1}, {0x1c2c, 0x1c33},
  {0x1c36, 0x1c37}, {0x1cd0, 0x1cd2}, {0x1cd4, 0x1ce0}, {0x1ce2, 0x1ce8}, {0x1ced, 0x1ced},
  {0x1cf4, 0x1cf4}, {0x1cf8, 0x1cf9}, {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x2060, 0x2060},
  {0x20d0, 0x20f0}, {0x302a, 0x302d}, {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
  {0xfeff, 0xfeff}};

template <std::size_t N>
bool is_in(const Range (&ranges)[N], std::uint32_t character)
{
  const auto* found =
    std::lower_bound(std::begin(ranges), std::end(ranges), character,
                     [](const Range& range, std::uint32_t value) { return range.last < value; });
  return found != std::end(ranges) && found->first <= character;
}

// The character at the front of `text`, which is not empty, and its bytes; what is no UTF-8 is one
// character of one byte.
struct Character {
  std::uint32_t code = 0;
  std::size_t size = 1;
};

Character first_of(std::string_view text)
{
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto lead = byte(0);
  const std::size_t size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size == 1 || size > text.size()) {
    return {lead, 1};
  }
  std::uint32_t code = lead & (0xffU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    code = (code << 6U) | (byte(i) & 0x3fU);
  }
  return {code, size};
}

int width_of(std::uint32_t character)
{
  if (character < 0x300) {
    return 1;
  }
  return is_in(k_without_width, character) ? 0 : is_in(k_wide, character) ? 2 : 1;
}

// The bytes at the front of `text` that fit into so many columns.
std::size_t size_of_front(std::string_view text, int columns)
{
  std::size_t at = 0;
  while (at < text.size()) {
    const auto character = first_of(text.substr(at));
    columns -= width_of(character.code);
    if (columns < 0) {
      break;
    }
    at += character.size;
  }
  return at;
}

// The end of `text` behind its first `columns` columns: not half a wide character, and no mark of
// one that stands before.
std::string_view end_behind(std::string_view text, int columns)
{
  while (!text.empty()) {
    const auto character = first_of(text);
    const int width = width_of(character.code);
    if (columns <= 0 && width > 0) {
      break;
    }
    columns -= width;
    text.remove_prefix(character.size);
  }
  return text;
}

} // namespace

int display_width(std::string_view text)
{
  int width = 0;
  while (!text.empty()) {
    const auto character = first_of(text);
    width += width_of(character.code);
    text.remove_prefix(character.size);
  }
  return width;
}

std::string elided(std::string_view text, int columns, Cut cut)
{
  if (columns <= 0) {
    return {};
  }
  const int width = display_width(text);
  if (width <= columns) {
    return std::string(text);
  }
  const int room = columns - 1; // the ellipsis takes one
  const int room_behind = cut == Cut::middle ? room / 2 : 0;
  const auto front = text.substr(0, size_of_front(text, room - room_behind));
  const auto behind = end_behind(text, width - room_behind);
  return std::string(front) + "\u2026" + std::string(behind);
}

} // namespace limn
