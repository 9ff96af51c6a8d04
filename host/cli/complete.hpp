#pragma once

#include "cli/command.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// The word by which the scripts of `limn completion` ask what may stand at the cursor. It is read
// before the rest of the command line is, which is one of the user's that is not finished.
inline constexpr std::string_view k_complete = "complete";

// `asked`: "words" and the words behind "limn", the last of them up to the cursor; or "line" and
// the line of a shell up to the cursor, with its quotes. Prints a line that says whether files
// belong there, too ("files", "folders", "none"), one with the word at the cursor without its
// quotes, and two lines for each candidate: itself, as a whole word without quotes, and what it is.
// Asks nobody, loads no plugin, and says nothing of what goes wrong: then there are fewer
// candidates.
Result<int> complete(const Invocation& invocation, const std::vector<std::string>& asked);

} // namespace limn
