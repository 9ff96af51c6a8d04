#pragma once

#include "base/redaction.hpp"
#include "engine/jobs.hpp"
#include "memory/job_lock.hpp"
#include "memory/jobs_database.hpp"

#include <functional>
#include <string>

namespace limn {

// A job of jobs.db as its worker has it: claimed, and kept there until it is over. Everything waits
// for the disk: the process has no other job.
class KeptJobs : public Jobs
{
public:
  // The report of a job that is over, for its row. It passes the redactor.
  using Report = std::function<std::string(const JobOutcome&)>;

  // Both borrowed but for the lock; `job` is what claim() of this database returned.
  KeptJobs(JobsDatabase& database, JobLock lock, const KeptJob& job, const Redactor& redactor,
           Report report);

  JobClaim claim() const { return {m_fence.id}; }

  void may_spend(const JobClaim& claim, const Attempt& attempt,
                 std::function<void(Done)> answer) override;
  void settled(const JobClaim& claim, const Attempt& attempt, JobState state) override;
  void naming(const JobClaim& claim, const SavedImage& image, std::uint64_t inode) override;
  void image_saved(const JobClaim&, const SavedImage&) override {} // naming() said so
  void finish(const JobClaim& claim, const JobOutcome& outcome) override;

  // For whoever waits for it.
  void tell_progress(const std::string& sentence);

  // There is something else for them to look at.
  void wake() const { m_lock.wake(); }

private:
  JobsDatabase& m_database;
  JobLock m_lock;
  JobFence m_fence;
  const Redactor& m_redactor;
  Report m_report;
  bool m_is_sent = false;
  bool m_has_image = false; // that has its name, or is about to
};

} // namespace limn
