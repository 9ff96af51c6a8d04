#include "engine/kept_jobs.hpp"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::minutes k_finished_within{15};
constexpr std::chrono::milliseconds k_finish_pause{500};

} // namespace

KeptJobs::KeptJobs(JobsDatabase& database, JobLock lock, const KeptJob& job,
                   const Redactor& redactor, Report report)
  : m_database(database), m_lock(std::move(lock)), m_fence{job.id, job.fence}, m_redactor(redactor),
    m_report(std::move(report))
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

// Once something came of it, whoever found it without its process must not begin it anew: it stays
// `sent` until it is over.
void KeptJobs::settled(const JobClaim& /*claim*/, const Attempt& attempt, JobState state)
{
  const bool has_brought_nothing = attempt.failure && !m_has_image;
  if (state == JobState::claimed && has_brought_nothing && std::exchange(m_is_sent, false)) {
    static_cast<void>(m_database.settled(m_fence)); // else it stays `sent`
  }
}

void KeptJobs::naming(const JobClaim& /*claim*/, const SavedImage& image, std::uint64_t inode)
{
  m_has_image = true;
  // Else whoever finds the job without its process does not know of the image, and asks nobody.
  static_cast<void>(m_database.naming(m_fence, image.path, inode));
}

// What was paid for is not given up because the disk is full for a while, or another process has
// the database: nobody else may work on the job meanwhile.
void KeptJobs::finish(const JobClaim& /*claim*/, const JobOutcome& outcome)
{
  const auto report = m_redactor.redact_json(m_report(outcome));
  const auto end = std::chrono::steady_clock::now() + k_finished_within;
  auto written = m_database.finish(m_fence, state_of(outcome), outcome.cost, report);
  while (!written && written.error().retry_after && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(k_finish_pause);
    written = m_database.finish(m_fence, state_of(outcome), outcome.cost, report);
  }
  if (written) {
    m_lock.remove(); // looked at by nobody but those who have it open
  }
  m_lock.wake();
  static_cast<void>(m_database.sync(m_fence)); // nobody waits for it
}

void KeptJobs::tell_progress(const std::string& sentence)
{
  // What it says may be late: whoever waits has to be told of the end, not of this.
  static_cast<void>(m_database.tell_progress(m_fence, m_redactor.redact(sentence)));
  m_lock.wake();
}

} // namespace limn
