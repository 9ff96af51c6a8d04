#pragma once

#include "base/redaction.hpp"
#include "engine/jobs.hpp"
#include "engine/jobs_thread.hpp"
#include "memory/job_lock.hpp"
#include "memory/jobs_database.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace limn {

// A job of jobs.db as its worker has it: claimed, and kept there until it is over.
class KeptJobs : public Jobs
{
public:
  // The report of a job that is over, for its row. It passes the redactor.
  using Report = std::function<std::string(const JobOutcome&)>;

  // All borrowed but for the lock; `job` is what claim() of the database returned.
  KeptJobs(Loop& loop, JobsThread& database, JobLock lock, const KeptJob& job,
           const Redactor& redactor, Report report);

  JobClaim claim() const { return {m_fence.id}; }

  // Something of it may be charged, or is about to.
  bool is_sent() const { return m_is_sent || !m_spenders.empty(); }

  void may_spend(const JobClaim& claim, const Attempt& attempt,
                 std::function<void(Done)> answer) override;
  void settled(const JobClaim& claim, const Attempt& attempt, JobState state) override;
  void naming(const JobClaim& claim, const SavedImage& image, std::uint64_t inode) override;
  void image_saved(const JobClaim&, const SavedImage&) override {} // naming() said so
  void finish(const JobClaim& claim, const JobOutcome& outcome) override;

  // Called once from the loop when the end stands in the database, and on the disk as far as that
  // can be: this may end then, but not from within.
  void when_over(std::function<void()> over) { m_over = std::move(over); }

  // For whoever waits for it.
  void tell_progress(const std::string& sentence);

  // There is something else for them to look at.
  void wake() const { m_lock.wake(); }

private:
  struct End {
    JobState state = JobState::unknown;
    Cost cost;
    std::string report;
    Loop::Clock::time_point give_up;
  };

  template <typename Work, typename Told>
  void run(JobsWork kind, Work work, Told told);
  void answer_all(Done done);
  void write_end(const std::shared_ptr<const End>& end);
  void sync();

  Loop& m_loop;
  JobsThread& m_database;
  JobLock m_lock;
  JobFence m_fence;
  const Redactor& m_redactor;
  Report m_report;
  std::vector<NamedImage> m_images;                  // that have their names, or are about to
  std::vector<std::function<void(Done)>> m_spenders; // that wait until it is `sent`
  bool m_is_sent = false;
  std::function<void()> m_over;
  Timer m_again;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
};

} // namespace limn
