#include "sandbox/picture.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace limn::sandbox {

namespace {

constexpr int k_glyph_width = 5;
constexpr int k_glyph_height = 7;
constexpr int k_advance = k_glyph_width + 1;

// Seven rows of five bits, the leftmost pixel in the highest bit.
struct Glyph {
  char character;
  std::array<std::uint8_t, k_glyph_height> rows;
};

constexpr Glyph k_glyphs[] = {
  {'a', {0b00000, 0b00000, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111}},
  {'b', {0b10000, 0b10000, 0b10110, 0b11001, 0b10001, 0b10001, 0b11110}},
  {'d', {0b00001, 0b00001, 0b01101, 0b10011, 0b10001, 0b10001, 0b01111}},
  {'i', {0b00100, 0b00000, 0b01100, 0b00100, 0b00100, 0b00100, 0b01110}},
  {'l', {0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110}},
  {'m', {0b00000, 0b00000, 0b11010, 0b10101, 0b10101, 0b10101, 0b10101}},
  {'n', {0b00000, 0b00000, 0b10110, 0b11001, 0b10001, 0b10001, 0b10001}},
  {'o', {0b00000, 0b00000, 0b01110, 0b10001, 0b10001, 0b10001, 0b01110}},
  {'s', {0b00000, 0b00000, 0b01111, 0b10000, 0b01110, 0b00001, 0b11110}},
  {'x', {0b00000, 0b00000, 0b10001, 0b01010, 0b00100, 0b01010, 0b10001}},
  {'0', {0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110}},
  {'1', {0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110}},
  {'2', {0b01110, 0b10001, 0b00001, 0b00010, 0b00100, 0b01000, 0b11111}},
  {'3', {0b11111, 0b00010, 0b00100, 0b00010, 0b00001, 0b10001, 0b01110}},
  {'4', {0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010}},
  {'5', {0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110}},
  {'6', {0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110}},
  {'7', {0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000}},
  {'8', {0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110}},
  {'9', {0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100}},
};

bool is_inked(char character, int x, int y)
{
  const auto* glyph = std::find_if(std::begin(k_glyphs), std::end(k_glyphs),
                                   [=](const Glyph& each) { return each.character == character; });
  return glyph != std::end(k_glyphs) && x < k_glyph_width
         && ((glyph->rows[static_cast<std::size_t>(y)] >> (k_glyph_width - 1 - x)) & 1) != 0;
}

} // namespace

void draw_label(Picture& picture)
{
  const std::string text = "limn sandbox " + to_string(picture.size);
  const int width = picture.size.width;
  const int height = picture.size.height;
  const int scale = std::max(1, std::min(width / 320, height / 100));
  const int margin = 2 * scale;
  const int box_width = static_cast<int>(text.size()) * k_advance * scale + 2 * margin;
  const int box_height = k_glyph_height * scale + 2 * margin;
  const int left = 4 * scale;
  const int top = std::max(0, height - box_height - 4 * scale);

  for (int y = top; y < std::min(height, top + box_height); ++y) {
    for (int x = left; x < std::min(width, left + box_width); ++x) {
      const int glyph_x = x - left - margin;
      const int glyph_y = y - top - margin;
      const bool inside = glyph_x >= 0 && glyph_y >= 0 && glyph_y < k_glyph_height * scale
                          && glyph_x < static_cast<int>(text.size()) * k_advance * scale;
      const bool ink = inside
                       && is_inked(text[static_cast<std::size_t>(glyph_x / scale / k_advance)],
                                   glyph_x / scale % k_advance, glyph_y / scale);
      auto* pixel = &picture.pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(width)
                                     + static_cast<std::size_t>(x))
                                    * 3];
      for (int channel = 0; channel < 3; ++channel) {
        // A dark box keeps the words readable on any picture.
        pixel[channel] = ink ? std::uint8_t{250} : static_cast<std::uint8_t>(pixel[channel] / 4);
      }
    }
  }
}

} // namespace limn::sandbox
