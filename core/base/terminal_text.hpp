#pragma once

#include <string>
#include <string_view>

namespace limn {

enum class LineBreaks { keep, to_spaces };

// Text from elsewhere, made safe to show on a terminal and as one JSON string: valid UTF-8 (U+FFFD
// for what is not), no control characters, no escape sequences, no bidirectional overrides or
// isolates, no other invisible format characters that could make text look like something else.
// Tabs become spaces.
std::string terminal_safe(std::string_view text, LineBreaks line_breaks = LineBreaks::to_spaces);

// At most `max_size` bytes, cut between two code points, with "…" at the end if something was cut.
std::string shortened(std::string_view text, std::size_t max_size);

} // namespace limn
