#include "memory/history_writer.hpp"

#include "base/files.hpp"
#include "memory/history_lines.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

// Whoever had to wait once does not do so for each note.
constexpr std::chrono::milliseconds k_pause{1'000};

} // namespace

HistoryWriter::HistoryWriter(std::filesystem::path folder, Log& log)
  : m_folder(std::move(folder)), m_log(log)
{
}

void HistoryWriter::write(std::span<const HistoryNote> notes)
{
  if (open()) {
    const auto written = m_history->write(notes);
    if (written) {
      return;
    }
    left_alone(written.error());
  }
  auto noted = make_private_folder(m_folder);
  if (noted) {
    noted = append_history_lines(history_lines_file(m_folder), notes);
  }
  if (!noted) {
    warn(noted.error());
  }
}

UsualTime HistoryWriter::usual_time(const PastAttempt& alike)
{
  return open() ? m_history->usual_time(alike).value_or(UsualTime()) : UsualTime();
}

void HistoryWriter::tidy(std::optional<PastAttempt::Time> keep_since)
{
  if (m_history && m_history->is_time_to_tidy()) {
    static_cast<void>(m_history->tidy(keep_since)); // the next one will
  }
}

bool HistoryWriter::open()
{
  if (m_history) {
    return true;
  }
  if (Clock::now() < m_not_before) {
    return false;
  }
  auto opened = History::open(m_folder, patience);
  if (!opened) {
    left_alone(opened.error());
    return false;
  }
  m_history.emplace(std::move(*opened));
  return true;
}

void HistoryWriter::left_alone(const Failure& failure)
{
  m_history.reset();
  m_not_before = Clock::now() + k_pause;
  if (!failure.retry_after) {
    m_not_before = Clock::time_point::max();
    warn(failure);
  }
}

void HistoryWriter::warn(const Failure& failure)
{
  if (std::exchange(m_has_warned, true)) {
    return;
  }
  m_log.write(LogLevel::warning,
              fmt::format("the history waits in {}: {}{}{}", history_lines_file(m_folder).string(),
                          failure.message, failure.hint.empty() ? "" : "; ", failure.hint));
}

} // namespace limn
