#include "batch/outcome.hpp"

#include "job/exit_status.hpp"

namespace limn {

namespace {

constexpr int k_some = 14;

} // namespace

std::string_view to_string(Standing standing)
{
  switch (standing) {
  case Standing::not_begun:
    return "not_begun";
  case Standing::done:
    return "done";
  case Standing::failed:
    return "failed";
  case Standing::unknown:
    return "unknown";
  case Standing::skipped:
    return "skipped";
  }
  return "";
}

Counts BatchOutcome::counts() const
{
  Counts counts;
  for (const auto& item : items) {
    switch (item.standing) {
    case Standing::not_begun:
      ++counts.not_begun;
      break;
    case Standing::done:
      ++counts.done;
      break;
    case Standing::failed:
      ++counts.failed;
      break;
    case Standing::unknown:
      ++counts.unknown;
      break;
    case Standing::skipped:
      ++counts.skipped;
      break;
    }
  }
  return counts;
}

int exit_status(const BatchOutcome& outcome)
{
  if (outcome.record_failure) {
    return exit_status(outcome.record_failure->failure_class);
  }
  const auto counts = outcome.counts();
  const int whole = counts.done + counts.skipped;
  if (whole == counts.total()) {
    return 0;
  }
  if (outcome.ended == Ended::interrupted) {
    return exit_status(outcome.stopped_by);
  }
  if (whole > 0) {
    return k_some;
  }
  // Where not even one failed, the limit of cost is below the first of them.
  return exit_status(outcome.last_failure.value_or(FailureClass::usage));
}

} // namespace limn
