#pragma once

#include "base/result.hpp"
#include "memory/history.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace limn {

// What could not be put into the database in time: lines that the next process takes in. Several
// processes may write them, and take them in, at once.

// A note as a line, without its end.
std::string history_line(const HistoryNote& note);

// Nothing where it is none.
std::optional<HistoryNote> history_note_from(std::string_view line);

// Adds to the file, which is made for its owner alone. FailureClass::internal.
Done append_history_lines(const std::filesystem::path& file, std::span<const HistoryNote> notes);

// Gives all that such files hold to `write`, a part at a time, and takes a file away once all of it
// was written; what is no note is passed over. Ends with the first failure of `write`. Nothing
// where there are no lines.
Done take_history_lines(const std::filesystem::path& file,
                        const std::function<Done(std::span<const HistoryNote>)>& write);

} // namespace limn
