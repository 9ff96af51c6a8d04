#pragma once

#include "base/result.hpp"
#include "engine/engine.hpp"
#include "model/attempt.hpp"
#include "model/image.hpp"
#include "model/job_state.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <utility>

namespace limn {

// As it stands once it is finished.
JobState state_of(const JobOutcome& outcome);

// The right to work on a job.
struct JobClaim {
  std::string id;
};

// Where jobs are kept that outlive a call: what happens to one that was claimed. How jobs get there
// and are claimed is each kind's own. Calls come from the loop; what cannot be written is
// remembered, and lets nothing more be spent.
class Jobs
{
public:
  virtual ~Jobs() = default;

  // A request of `attempt` is ready that may be charged. `answer` is called once, now or later,
  // from the loop: with success, the record that the job is `sent` survives a power cut; with
  // FailureClass::not_saved there is none, and nothing may be spent.
  virtual void may_spend(const JobClaim& claim, const Attempt& attempt,
                         std::function<void(Done)> answer) = 0;

  // An attempt that asked has ended. `state`: `claimed` if nothing is open any more, else `sent`.
  virtual void settled(const JobClaim& claim, const Attempt& attempt, JobState state) = 0;

  // As Naming has it: whoever takes over from a process that was killed knows by `inode` whether
  // the image is there.
  virtual void naming(const JobClaim& claim, const SavedImage& image, std::uint64_t inode) = 0;
  virtual void image_saved(const JobClaim& claim, const SavedImage& image) = 0;

  // The claim ends. One that is `cancelled` waits for whoever claims it next.
  virtual void finish(const JobClaim& claim, const JobOutcome& outcome) = 0;
};

// A job that was claimed, as the gate of its attempts: what is open decides how it stands.
class ClaimedJob : public MoneyGate
{
public:
  // `jobs` is borrowed.
  ClaimedJob(Jobs& jobs, JobClaim claim) : m_jobs(jobs), m_claim(std::move(claim)) {}

  const JobClaim& claim() const { return m_claim; }

  void may_spend(const Attempt& attempt, std::function<void(Done)> answer) override;
  void settled(const Attempt& attempt) override;

  void naming(const SavedImage& image, std::uint64_t inode)
  {
    m_jobs.naming(m_claim, image, inode);
  }
  void image_saved(const SavedImage& image) { m_jobs.image_saved(m_claim, image); }

private:
  Jobs& m_jobs;
  JobClaim m_claim;
  std::set<AttemptId> m_open; // that asked and are not settled
  bool m_may_be_lost = false; // an attempt failed that may have been charged
};

} // namespace limn
