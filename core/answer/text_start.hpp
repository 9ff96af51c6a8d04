#pragma once

#include <cstddef>
#include <string_view>

namespace limn {

// How the text of an answer begins, for MessageStream.

// Enough for the magic bytes of every format, also in base64.
inline constexpr std::size_t k_start_size = 24;

// Without the blanks in front. Borrowed, as `text` is.
std::string_view without_blanks(std::string_view text);

// Whether JSON follows behind something that is none: a guard, "callback(", a comment, NULs, or the
// length of a chunk that was packed twice. Looks at k_start_size bytes whatever the chunks are.
bool begins_behind_guard(std::string_view start);

} // namespace limn
