#pragma once

#include "base/failure.hpp"
#include "model/next_step.hpp"

#include <chrono>
#include <map>

namespace limn {

enum class DuplicateCharge { refused, allowed };

// What the policy has to know besides the failure.
struct Circumstances {
  std::chrono::milliseconds wait_left{0}; // of the job's wait budget
  int waits = 0;                          // for this gateway, provider and size
  int retries = 0;                        // likewise
  bool billable_was_sent = false;         // in this attempt
  bool parameter_can_be_dropped =
    false; // failure.param is known, not essential, and was not dropped before
};

struct Decision {
  enum class Action { advance, wait, drop_parameter };

  Action action = Action::advance;
  NextStep step = NextStep::stop;    // Action::advance
  std::chrono::milliseconds wait{0}; // Action::wait
};

// The table from failure class to what happens next. Its rows can be overridden, with two that
// cannot: a refusal of content always stops, and nothing that may have cost money goes on unless a
// second charge is allowed.
class Policy
{
public:
  Policy(std::map<FailureClass, NextStep> overrides, DuplicateCharge duplicate_charge);

  Decision decide(const Failure& failure, const Circumstances& circumstances) const;

private:
  NextStep step_for(FailureClass failure_class, const Circumstances& circumstances) const;

  std::map<FailureClass, NextStep> m_overrides;
  DuplicateCharge m_duplicate_charge;
};

// Whether an attempt that ended so, after a billable request was sent, may have cost money.
bool may_have_cost(FailureClass failure_class);

} // namespace limn
