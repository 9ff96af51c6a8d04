#include "engine/chronicle.hpp"

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
  : m_disk(disk), m_redactor(redactor), m_lines(std::make_shared<Lines>(std::move(folder), log)),
    m_thread(loop)
{
}

void Chronicle::note(HistoryNote note)
{
  note = std::visit([this](const auto& one) { return HistoryNote(redacted(one)); }, note);
  {
    const std::lock_guard lock(m_lines->mutex);
    m_lines->notes.push_back(std::move(note));
  }
  ++m_lines->behind;
  m_disk.run([lines = m_lines] { lines->write(); });
}

void Chronicle::when_noted(std::function<void()> noted)
{
  m_disk.run([] { return true; }, [noted = std::move(noted)](bool) { noted(); });
}

void Chronicle::tidy()
{
  if (m_lines->size.exchange(0) >= k_many_lines) {
    m_thread.run([lines = m_lines, keep = m_keep] { lines->take_in(keep); });
  }
}

void Chronicle::usual_time(PastAttempt alike, std::function<void(UsualTime)> told)
{
  m_thread.run([lines = m_lines, alike = std::move(alike)] { return lines->look_up(alike); },
               std::move(told));
}

// All that have come meanwhile: in a batch there are many. What is thrown here would end the
// process, and what is under way is paid for.
void Chronicle::Lines::write()
{
  std::vector<HistoryNote> taken;
  {
    const std::lock_guard lock(mutex);
    taken.swap(notes);
  }
  if (taken.empty()) {
    return;
  }
  try {
    if (auto now = file.append(taken); !now) {
      warn(now.error());
    } else {
      size = *now;
    }
  } catch (const std::exception& error) {
    warn({FailureClass::internal, error.what()});
  }
  behind -= taken.size();
}

void Chronicle::Lines::take_in(std::optional<std::chrono::seconds> keep)
{
  try {
    std::optional<PastAttempt::Time> since;
    if (keep) {
      since = std::chrono::system_clock::now() - *keep;
    }
    auto history = History::open(folder, k_patience); // which takes them in
    const auto done = history ? history->tidy(since) : fail(history.error());
    if (!done && !done.error().retry_after) { // else the next one will
      warn(done.error());
    }
  } catch (const std::exception& error) {
    warn({FailureClass::internal, error.what()});
  }
}

UsualTime Chronicle::Lines::look_up(const PastAttempt& alike) const
{
  try {
    auto history = History::open(folder, k_patience);
    return history ? history->usual_time(alike).value_or(UsualTime()) : UsualTime();
  } catch (const std::exception&) {
    return {};
  }
}

void Chronicle::Lines::warn(const Failure& failure)
{
  if (!has_warned.exchange(true)) {
    log.write(LogLevel::warning, fmt::format("the history: {}{}{}", failure.message,
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
