#include "engine/chronicle.hpp"

#include <utility>

namespace limn {

Chronicle::Chronicle(Loop& loop, std::filesystem::path folder,
                     std::optional<std::chrono::seconds> keep, const Redactor& redactor, Log& log)
  : m_keep(keep), m_redactor(redactor), m_writer(std::move(folder), log), m_thread(loop)
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
  m_thread.run([this] { write_notes(); });
}

void Chronicle::when_noted(std::function<void()> noted)
{
  m_thread.run([] { return true; }, [noted = std::move(noted)](bool) { noted(); });
}

void Chronicle::tidy()
{
  m_thread.run([this] {
    std::optional<PastAttempt::Time> since;
    if (m_keep) {
      since = std::chrono::system_clock::now() - *m_keep;
    }
    m_writer.tidy(since);
  });
}

void Chronicle::usual_time(PastAttempt alike, std::function<void(UsualTime)> told)
{
  m_thread.run([this, alike = std::move(alike)] { return m_writer.usual_time(alike); },
               std::move(told));
}

// All that have come meanwhile, as one transaction: in a batch there are many.
void Chronicle::write_notes()
{
  std::vector<HistoryNote> notes;
  {
    const std::lock_guard lock(m_mutex);
    notes.swap(m_notes);
  }
  if (!notes.empty()) {
    m_writer.write(notes);
    m_behind -= notes.size();
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
