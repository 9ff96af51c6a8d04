#include "engine/jobs.hpp"

namespace limn {

JobState state_of(const JobOutcome& outcome)
{
  if (!outcome.failure) {
    return JobState::done;
  }
  if (may_be_lost(outcome.attempts)) {
    return JobState::unknown;
  }
  const bool left_no_trace =
    outcome.images.empty() && outcome.failure->failure_class == FailureClass::cancelled;
  return left_no_trace ? JobState::cancelled : JobState::refused;
}

void ClaimedJob::may_spend(const Attempt& attempt, std::function<void(Done)> answer)
{
  m_open.insert(attempt.id); // until it is settled, whatever the answer is
  m_jobs.may_spend(m_claim, attempt, std::move(answer));
}

void ClaimedJob::settled(const Attempt& attempt)
{
  m_open.erase(attempt.id);
  m_may_be_lost = m_may_be_lost || (attempt.failure && attempt.may_have_cost);
  const bool is_open = !m_open.empty() || m_may_be_lost;
  m_jobs.settled(m_claim, attempt, is_open ? JobState::sent : JobState::claimed);
}

} // namespace limn
