#include "engine/kept_jobs.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

constexpr std::chrono::minutes k_finished_within{15};
constexpr std::chrono::milliseconds k_finish_pause{500};

Done as_told(Done written)
{
  if (written || written.error().failure_class == FailureClass::cancelled) {
    return written;
  }
  const auto& failure = written.error();
  return fail(
    FailureClass::not_saved,
    fmt::format("nothing was asked for, since no record of it could be kept: {}", failure.message),
    failure.hint);
}

} // namespace

KeptJobs::KeptJobs(Loop& loop, JobsThread& database, JobLock lock, const KeptJob& job,
                   const Redactor& redactor, Report report)
  : m_loop(loop), m_database(database), m_lock(std::move(lock)), m_fence{job.id, job.fence},
    m_redactor(redactor), m_report(std::move(report))
{
}

// `work` returns a Done, and `told` gets it.
template <typename Work, typename Told>
void KeptJobs::run(JobsWork kind, Work work, Told told)
{
  m_database.run(kind, std::move(work),
                 [told = std::move(told), alive = std::weak_ptr(m_alive)](Done done) mutable {
                   if (!alive.expired()) {
                     told(std::move(done));
                   }
                 });
}

// What is sent already stays so until all of it is settled: that is on the disk, and has only to be
// there still.
void KeptJobs::may_spend(const JobClaim& /*claim*/, const Attempt& /*attempt*/,
                         std::function<void(Done)> answer)
{
  if (m_is_sent) {
    run(
      JobsWork::write,
      [fence = m_fence](JobsDatabase& database) { return database.may_spend(fence); },
      [answer = std::move(answer)](Done written) { answer(as_told(std::move(written))); });
    return;
  }
  m_spenders.push_back(std::move(answer));
  if (m_spenders.size() > 1) {
    return;
  }
  run(
    JobsWork::write_to_disk,
    [fence = m_fence](JobsDatabase& database) { return database.may_spend(fence); },
    [this](Done written) { answer_all(std::move(written)); });
}

void KeptJobs::answer_all(Done done)
{
  m_is_sent = done.has_value();
  done = as_told(std::move(done));
  for (const auto& answer : std::exchange(m_spenders, {})) {
    answer(done);
  }
}

// Once something came of it, whoever found it without its process must not begin it anew: it stays
// `sent` until it is over.
void KeptJobs::settled(const JobClaim& /*claim*/, const Attempt& attempt, JobState state)
{
  const bool has_brought_nothing = attempt.failure && m_images.empty();
  if (state == JobState::claimed && has_brought_nothing && std::exchange(m_is_sent, false)) {
    run(
      JobsWork::write,
      [fence = m_fence](JobsDatabase& database) { return database.settled(fence); },
      [](const Done&) {}); // where that fails it stays `sent`
  }
}

// In the file of the lock, since the image gets its name at once: what is written to the database
// waits for others.
void KeptJobs::naming(const JobClaim& /*claim*/, const SavedImage& image, std::uint64_t inode)
{
  m_images.push_back({image.path, inode});
  m_lock.name(m_images.back());
}

void KeptJobs::finish(const JobClaim& /*claim*/, const JobOutcome& outcome)
{
  write_end(std::make_shared<End>(End{state_of(outcome), outcome.cost,
                                      m_redactor.redact_json(m_report(outcome)),
                                      m_loop.now() + k_finished_within}));
}

// What was paid for is not given up because the disk is full for a while, or another process has
// the database: nobody else may work on the job meanwhile.
void KeptJobs::write_end(const std::shared_ptr<const End>& end)
{
  run(
    JobsWork::write,
    [fence = m_fence, images = m_images, end](JobsDatabase& database) {
      return database.finish(fence, end->state, end->cost, end->report, images);
    },
    [this, end](const Done& written) {
      if (!written && written.error().retry_after && m_loop.now() < end->give_up) {
        m_again = m_loop.after(k_finish_pause, [this, end] { write_end(end); });
        return;
      }
      if (written) {
        m_lock.remove(); // looked at by nobody but those who have it open
      }
      m_lock.wake();
      sync();
    });
}

// Nobody waits for it.
void KeptJobs::sync()
{
  run(
    JobsWork::look, [](JobsDatabase& database) { return database.sync(); },
    [this](const Done&) {
      if (m_over) {
        m_over();
      }
    });
}

void KeptJobs::tell_progress(const std::string& sentence)
{
  // What it says may be late: whoever waits has to be told of the end, not of this.
  run(
    JobsWork::write,
    [fence = m_fence, text = m_redactor.redact(sentence)](JobsDatabase& database) {
      return database.tell_progress(fence, text);
    },
    [this](const Done&) { m_lock.wake(); });
}

} // namespace limn
