#include "base/display_width.hpp"

#include "base/utf8.hpp"

#include <uniwidth.h>

#include <algorithm>

namespace limn {

namespace {

int width_of(char32_t character)
{
  // What is no character is shown as one. Of those that are, control characters have no width.
  return character >= k_cut_character ? 1 : std::max(::uc_width(character, "UTF-8"), 0);
}

// The bytes at the front of `text` that fit into so many columns.
std::size_t size_of_front(std::string_view text, int columns)
{
  std::size_t at = 0;
  while (at < text.size()) {
    const auto character = first_character(text.substr(at));
    columns -= width_of(character.value);
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
    const auto character = first_character(text);
    const int width = width_of(character.value);
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
    const auto character = first_character(text);
    width += width_of(character.value);
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
