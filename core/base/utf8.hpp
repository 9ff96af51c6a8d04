#pragma once

#include <cstddef>
#include <string_view>

namespace limn {

inline constexpr std::string_view k_byte_order_mark = "\xEF\xBB\xBF";

// A character of a text, and its bytes.
struct Utf8Character {
  char32_t value = 0;
  std::size_t size = 0;
};

// What stands where no character does (overlong forms, surrogates and what lies past U+10FFFF are
// none), and where the text ends within one.
inline constexpr char32_t k_no_character = 0xFFFFFFFF;
inline constexpr char32_t k_cut_character = 0xFFFFFFFE;

// The character at the start of `text`, which is not empty. Where there is none, its bytes are
// those that one U+FFFD stands for: as browsers do, the longest start of a valid sequence.
Utf8Character first_character(std::string_view text);

// The bytes of the character at the start of `text`; 0 if there is none.
std::size_t utf8_size(std::string_view text);

bool is_utf8(std::string_view text);

// The most of `text` that is no longer than `max_size` and ends between two characters.
std::string_view cut_between_characters(std::string_view text, std::size_t max_size);

} // namespace limn
