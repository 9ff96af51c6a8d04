#pragma once

#include <string>
#include <string_view>

namespace limn {

// Whether a character is part of a word: letters of every script with their marks, digits, and
// pictures; not blanks, punctuation, and the signs of ASCII and Latin-1.
bool is_in_word(char32_t character);

// Letter by letter, in every script, whatever the locale. `text` is UTF-8.
std::string lower_case(std::string_view text);

} // namespace limn
