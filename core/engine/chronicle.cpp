#include "engine/chronicle.hpp"

#include "base/files.hpp"
#include "memory/history_lines.hpp"

#include <fmt/format.h>

#include <exception>
#include <utility>

namespace limn {

namespace {

// Some sixty requests.
constexpr std::uint64_t k_many_lines = 64 << 10; // bytes

// Nobody who looks into the history is waited for longer.
constexpr std::chrono::milliseconds k_patience{40};

} // namespace

Chronicle::Chronicle(Loop& loop, DiskThread& disk, std::filesystem::path folder,
                     const Redactor& redactor, Log& log)
  : m_disk(disk), m_folder(std::move(folder)), m_redactor(redactor), m_log(log), m_thread(loop)
{
}

void Chronicle::note(HistoryNote note)
{
  note = std::visit([this](auto&& one) { return HistoryNote(redacted(std::move(one))); },
                    std::move(note));
  {
    const std::lock_guard lock(m_mutex);
    m_notes.push_back(std::move(note));
  }
  ++m_behind;
  m_disk.run([this] { write_notes(); });
}

void Chronicle::when_noted(std::function<void()> noted)
{
  m_disk.run([] { return true; }, [noted = std::move(noted)](bool) { noted(); });
}

void Chronicle::tidy()
{
  if (m_lines_size.exchange(0) >= k_many_lines) {
    m_thread.run([this, keep = m_keep] { take_lines(keep); });
  }
}

void Chronicle::usual_time(PastAttempt alike, std::function<void(UsualTime)> told)
{
  m_thread.run([this, alike = std::move(alike)] { return looked_up(alike); }, std::move(told));
}

// All that have come meanwhile: in a batch there are many. What is thrown here would end the
// process, and what is under way is paid for.
void Chronicle::write_notes()
{
  std::vector<HistoryNote> notes;
  {
    const std::lock_guard lock(m_mutex);
    notes.swap(m_notes);
  }
  if (notes.empty()) {
    return;
  }
  try {
    if (auto made = make_private_folder(m_folder); !made) {
      warn(made.error());
    } else if (auto size = append_history_lines(history_lines_file(m_folder), notes); !size) {
      warn(size.error());
    } else {
      m_lines_size = *size;
    }
  } catch (const std::exception& error) {
    warn({FailureClass::internal, error.what()});
  }
  m_behind -= notes.size();
}

void Chronicle::take_lines(std::optional<std::chrono::seconds> keep)
{
  try {
    std::optional<PastAttempt::Time> since;
    if (keep) {
      since = std::chrono::system_clock::now() - *keep;
    }
    auto history = History::open(m_folder, k_patience); // which takes them in
    const auto done = history ? history->tidy(since) : fail(history.error());
    if (!done && !done.error().retry_after) { // else the next one will
      warn(done.error());
    }
  } catch (const std::exception& error) {
    warn({FailureClass::internal, error.what()});
  }
}

UsualTime Chronicle::looked_up(const PastAttempt& alike) const
{
  try {
    auto history = History::open(m_folder, k_patience);
    return history ? history->usual_time(alike).value_or(UsualTime()) : UsualTime();
  } catch (const std::exception&) {
    return {};
  }
}

void Chronicle::warn(const Failure& failure)
{
  if (!m_has_warned.exchange(true)) {
    m_log.write(LogLevel::warning, fmt::format("the history: {}{}{}", failure.message,
                                               failure.hint.empty() ? "" : "; ", failure.hint));
  }
}

PastAttempt Chronicle::redacted(PastAttempt attempt) const
{
  attempt.prompt = m_redactor.redact_known(attempt.prompt);
  attempt.parameters = m_redactor.redact_own(attempt.parameters);
  attempt.message = m_redactor.redact(attempt.message);
  attempt.request_id = m_redactor.redact(attempt.request_id);
  return attempt;
}

PastImage Chronicle::redacted(PastImage past) const
{
  past.image.path = m_redactor.redact_own(past.image.path.native());
  past.image.revised_prompt = m_redactor.redact(past.image.revised_prompt);
  return past;
}

} // namespace limn
