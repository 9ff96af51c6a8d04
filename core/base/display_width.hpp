#pragma once

#include <string>
#include <string_view>

namespace limn {

// How many columns of a terminal a text takes, which is UTF-8 without control characters: two for
// the characters of East Asia and for pictures, none for marks that stand on another character.
// Without a locale, for the command sets none.
int display_width(std::string_view text);

// The text as far as it fits into so many columns, with "…" at its end if that is not all.
std::string elided(std::string_view text, int columns);

} // namespace limn
