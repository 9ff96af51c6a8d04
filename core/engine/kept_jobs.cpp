#include "engine/kept_jobs.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

KeptJobs::KeptJobs(JobsDatabase& database, JobLock lock, const KeptJob& job,
                   const Redactor& redactor, Report report)
  : m_database(database), m_lock(std::move(lock)), m_fence{job.id, job.fence},
    m_redactor(redactor), m_report(std::move(report))
{
}

// What is sent already stays so until all of it is settled: one write is enough.
void KeptJobs::may_spend(const JobClaim& /*claim*/, const Attempt& /*attempt*/,
                         std::function<void(Done)> answer)
{
  if (!m_is_sent) {
    auto written = m_database.may_spend(m_fence);
    if (!written) {
      auto& failure = written.error();
      if (failure.failure_class != FailureClass::cancelled) {
        failure = Failure(FailureClass::not_saved,
                          fmt::format("nothing was asked for, since no record of it could be kept: "
                                      "{}",
                                      failure.message),
                          failure.hint);
      }
      answer(std::move(written));
      return;
    }
    m_is_sent = true;
  }
  answer({});
}

void KeptJobs::settled(const JobClaim& /*claim*/, const Attempt& /*attempt*/, JobState state)
{
  if (state == JobState::claimed && std::exchange(m_is_sent, false)) {
    keep(m_database.settled(m_fence));
  }
}

void KeptJobs::naming(const JobClaim& /*claim*/, const SavedImage& image, std::uint64_t inode)
{
  keep(m_database.naming(m_fence, image.path, inode));
}

void KeptJobs::finish(const JobClaim& /*claim*/, const JobOutcome& outcome)
{
  const auto written = m_database.finish(m_fence, state_of(outcome), outcome.cost,
                                         m_redactor.redact_json(m_report(outcome)));
  if (written) {
    m_lock.remove(); // looked at by nobody but those who have it open
  }
  keep(written);
  m_lock.wake();
  keep(m_database.sync(m_fence)); // nobody waits for it
}

void KeptJobs::tell_progress(const std::string& sentence)
{
  // What it says may be late: whoever waits has to be told of the end, not of this.
  static_cast<void>(m_database.tell_progress(m_fence, m_redactor.redact(sentence)));
  m_lock.wake();
}

void KeptJobs::keep(Done written)
{
  if (!written && !m_failure) {
    m_failure = std::move(written.error());
  }
}

} // namespace limn
