#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace limn {

// The user's editor as a shell has it: $VISUAL, else $EDITOR, else the first of editor, vi and nano
// that is installed. FailureClass::usage where there is none.
Result<std::string> find_editor();

// Opens the file in it and waits for its end; the terminal, and Ctrl-C, are the editor's meanwhile.
// FailureClass::usage where it cannot be started, or ends with another status than 0.
Done open_in_editor(const std::string& editor, const std::filesystem::path& file);

} // namespace limn
