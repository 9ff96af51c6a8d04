#pragma once

#include <string>
#include <string_view>

namespace limn {

// How many columns of a terminal a text takes, which is UTF-8 without control characters: two for
// the characters of East Asia and for pictures, none for marks that stand on another character.
// Without a locale, for the command sets none.
int display_width(std::string_view text);

// Where a text that does not fit is cut: a sentence at its end, a row of figures in its middle.
enum class Cut { end, middle };

// The text as far as it fits into so many columns, with "…" where something was cut.
std::string elided(std::string_view text, int columns, Cut cut);

} // namespace limn
