#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

struct MendedJson {
  std::string text;    // well-formed JSON, if what was left as it is was
  std::size_t end = 0; // where the document ends in the text that was given
};

// The object or list that `text` begins with, blanks aside, as JSON has it: without commas that
// nothing follows, comments, bytes that no JSON holds (a byte-order mark, NUL), and with escapes
// for control characters in strings, U+FFFD for half a surrogate pair, null for NaN, Infinity and
// undefined. A paid answer must not be lost for those. Nothing where no document begins or where it
// does not end. Neither validates nor recurses.
std::optional<MendedJson> mend_json(std::string_view text);

} // namespace limn
