#pragma once

#include "base/log.hpp"
#include "memory/history.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <span>

namespace limn {

// Puts notes into the history, at once or, where that cannot be, into the lines beside it: nothing
// is lost, and nobody waits long. On one thread.
class HistoryWriter
{
public:
  // No other process is waited for longer than that. Opened with the first note.
  static constexpr std::chrono::milliseconds patience{40};

  // `log` is borrowed, and told once what should be looked at.
  HistoryWriter(std::filesystem::path folder, Log& log);

  void write(std::span<const HistoryNote> notes);

  // Nothing where the history cannot be read.
  UsualTime usual_time(const PastAttempt& alike);

  // As History::tidy.
  void tidy(std::optional<PastAttempt::Time> keep_since);

private:
  using Clock = std::chrono::steady_clock;

  bool open();
  void left_alone(const Failure& failure);
  void warn(const Failure& failure);

  std::filesystem::path m_folder;
  Log& m_log;
  std::optional<History> m_history;
  Clock::time_point m_not_before; // it is tried again
  bool m_has_warned = false;
};

} // namespace limn
