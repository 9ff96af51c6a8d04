#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "memory/history.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace limn {

// What is noted lies in lines beside the database until somebody looks into the history, who takes
// them in. Several processes may write them, and take them in, at once.

// A note as a line, without its end.
std::string history_line(const HistoryNote& note);

// Nothing where it is none.
std::optional<HistoryNote> history_note_from(std::string_view line);

// Nobody who has the file is waited for longer: then the lines go into one of their own.
inline constexpr std::chrono::milliseconds k_lines_patience{40};

// The file of lines, kept open by who writes there often. From one thread at a time.
class HistoryLines
{
public:
  explicit HistoryLines(std::filesystem::path file) : m_file(std::move(file)) {}

  // Adds to the file, which is made, with its folder, for its owner alone; returns its size.
  // FailureClass::internal.
  Result<std::uint64_t> append(std::span<const HistoryNote> notes);

private:
  Result<std::uint64_t> lock();

  std::filesystem::path m_file;
  Descriptor m_opened;
  std::pair<dev_t, ino_t> m_number; // of what is open
};

// Gives all that such files hold to `write`, a part at a time, and takes a file away once all of it
// was written; what is no note is passed over. Ends with the first failure of `write`. Nothing
// where there are no lines.
Done take_history_lines(const std::filesystem::path& file,
                        const std::function<Done(std::span<const HistoryNote>)>& write);

} // namespace limn
