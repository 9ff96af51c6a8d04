#include "engine/policy.hpp"

#include <algorithm>

namespace limn {

namespace {

// A gateway that says "now" and means "never" is not to hold a job for ever.
constexpr int k_most_waits = 5;
constexpr int k_most_retries = 1;
constexpr std::chrono::milliseconds k_shortest_wait{250};

NextStep usual_step(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::billing:
  case FailureClass::auth:
  case FailureClass::access:
  case FailureClass::rate_limited: // when waiting did not help
  case FailureClass::unreachable:
  case FailureClass::tls:
  case FailureClass::settings: // of this gateway or provider
    return NextStep::next_gateway;
  case FailureClass::model:
  case FailureClass::endpoint:
  case FailureClass::server:
  case FailureClass::unsupported:
  case FailureClass::unclear:  // nothing was drawn, and another may understand
  case FailureClass::internal: // of a plugin: the next one may do better
    return NextStep::next_provider;
  case FailureClass::size:
    return NextStep::next_size;
  default:
    return NextStep::stop;
  }
}

// Stops unless a second charge is allowed. A plugin that breaks down after the request went out may
// have lost a paid image.
bool is_possibly_charged(FailureClass failure_class, const Circumstances& circumstances)
{
  return failure_class == FailureClass::outcome_unknown || failure_class == FailureClass::no_image
         || failure_class == FailureClass::bad_image
         || (failure_class == FailureClass::internal && circumstances.billable_was_sent);
}

// No override reaches these.
bool always_stops(FailureClass failure_class)
{
  return failure_class == FailureClass::content || failure_class == FailureClass::cancelled
         || failure_class == FailureClass::not_saved;
}

} // namespace

Policy::Policy(std::map<FailureClass, NextStep> overrides, DuplicateCharge duplicate_charge)
  : m_overrides(std::move(overrides)), m_duplicate_charge(duplicate_charge)
{
}

NextStep Policy::step_for(FailureClass failure_class, const Circumstances& circumstances) const
{
  if (always_stops(failure_class)) {
    return NextStep::stop;
  }
  const bool possibly_charged = is_possibly_charged(failure_class, circumstances);
  if (possibly_charged && m_duplicate_charge == DuplicateCharge::refused) {
    return NextStep::stop;
  }
  if (const auto found = m_overrides.find(failure_class); found != m_overrides.end()) {
    return found->second;
  }
  return possibly_charged ? NextStep::next_provider : usual_step(failure_class);
}

Decision Policy::decide(const Failure& failure, const Circumstances& circumstances) const
{
  Decision decision;
  const bool overridden = m_overrides.contains(failure.failure_class);
  if (failure.failure_class == FailureClass::parameter && !overridden
      && circumstances.parameter_can_be_dropped) {
    decision.action = Decision::Action::drop_parameter;
    return decision;
  }
  if (failure.failure_class == FailureClass::rate_limited && !overridden && failure.retry_after
      && *failure.retry_after <= circumstances.wait_left && circumstances.waits < k_most_waits) {
    decision.action = Decision::Action::wait;
    decision.wait = std::max(*failure.retry_after, k_shortest_wait);
    return decision;
  }
  decision.step = step_for(failure.failure_class, circumstances);
  if (decision.step == NextStep::retry && circumstances.retries >= k_most_retries) {
    decision.step = NextStep::next_provider;
  }
  return decision;
}

bool may_have_cost(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::content:
  case FailureClass::outcome_unknown:
  case FailureClass::no_image:
  case FailureClass::bad_image:
  case FailureClass::cancelled:
  case FailureClass::not_saved:
  case FailureClass::internal:
    return true;
  default:
    return false;
  }
}

} // namespace limn
