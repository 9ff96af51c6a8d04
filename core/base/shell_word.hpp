#pragma once

#include <string>
#include <string_view>

namespace limn {

// `text` as one word of a POSIX shell, for commands that a message tells to run: in single quotes
// unless it needs none.
std::string shell_word(std::string_view text);

} // namespace limn
