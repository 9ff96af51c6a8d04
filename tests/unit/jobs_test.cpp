#include "engine/jobs.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace limn {

namespace {

// Tells what it hears.
class JobsOfTest : public Jobs
{
public:
  void may_spend(const JobClaim& claim, const Attempt& attempt,
                 std::function<void(Done)> answer) override
  {
    heard.push_back("may spend " + claim.id + std::to_string(static_cast<int>(attempt.id)));
    answer(says_no ? Done(fail(FailureClass::not_saved, "no")) : Done());
  }
  void settled(const JobClaim& claim, const Attempt& attempt, JobState state) override
  {
    heard.push_back((state == JobState::claimed ? "nothing open " : "open ") + claim.id
                    + std::to_string(static_cast<int>(attempt.id)));
  }
  void naming(const JobClaim&, const SavedImage&, std::uint64_t) override {}
  void image_saved(const JobClaim&, const SavedImage&) override {}
  void finish(const JobClaim&, const JobOutcome&) override {}

  std::vector<std::string> heard;
  bool says_no = false;
};

Attempt attempt(int id)
{
  Attempt attempt;
  attempt.id = AttemptId(id);
  return attempt;
}

Attempt failed(int id, bool may_have_cost)
{
  auto one = attempt(id);
  one.failure = Failure(FailureClass::server, "failed");
  one.may_have_cost = may_have_cost;
  return one;
}

JobOutcome outcome(FailureClass failure_class, bool may_have_cost, int images)
{
  JobOutcome outcome;
  outcome.failure = Failure(failure_class, "failed");
  outcome.attempts.push_back(failed(1, may_have_cost));
  outcome.images.resize(static_cast<std::size_t>(images));
  return outcome;
}

using Heard = std::vector<std::string>;

} // namespace

TEST_CASE("a job is open while one of its attempts is, and for ever once one may have been lost")
{
  JobsOfTest jobs;
  ClaimedJob job(jobs, {"a"});
  Done answered;
  const auto ask = [&](int id) {
    job.may_spend(attempt(id), [&answered](Done may) { answered = std::move(may); });
  };
  ask(1);
  ask(2);
  job.settled(attempt(1));
  job.settled(failed(2, false));
  CHECK(jobs.heard == Heard{"may spend a1", "may spend a2", "open a1", "nothing open a2"});
  CHECK(answered);
  jobs.heard.clear();
  ask(3);
  job.settled(failed(3, true));
  ask(4);
  job.settled(attempt(4));
  CHECK(jobs.heard == Heard{"may spend a3", "open a3", "may spend a4", "open a4"});
  jobs.heard.clear();
  jobs.says_no = true;
  ask(5);
  CHECK(answered.error().failure_class == FailureClass::not_saved);
}

TEST_CASE("what was refused is open no more once it is settled")
{
  JobsOfTest jobs;
  jobs.says_no = true;
  ClaimedJob job(jobs, {"a"});
  job.may_spend(attempt(1), [](const Done&) {});
  job.settled(failed(1, false));
  CHECK(jobs.heard == Heard{"may spend a1", "nothing open a1"});
}

TEST_CASE("how a job stands at its end")
{
  JobOutcome done;
  done.attempts.push_back(failed(1, true)); // and another one drew it
  CHECK(state_of(done) == JobState::done);
  CHECK(state_of(outcome(FailureClass::server, false, 0)) == JobState::refused);
  CHECK(state_of(outcome(FailureClass::server, false, 1)) == JobState::refused);
  CHECK(state_of(outcome(FailureClass::outcome_unknown, true, 0)) == JobState::unknown);
  CHECK(state_of(outcome(FailureClass::cancelled, true, 0)) == JobState::unknown);
  CHECK(state_of(outcome(FailureClass::cancelled, false, 1)) == JobState::refused);
  CHECK(state_of(outcome(FailureClass::cancelled, false, 0)) == JobState::cancelled);
}

} // namespace limn
