#include "engine/charge.hpp"

#include "engine/policy.hpp"
#include "failure/classify.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

// Classes that tell by themselves what became of the image, or that nothing else may follow. A
// plugin that breaks down tells neither.
bool tells_outcome(FailureClass failure_class)
{
  return failure_class != FailureClass::internal && may_have_cost(failure_class);
}

// Late, these may be what a gateway makes of a drawing that was cut off behind it, unless they say
// that there was none.
bool may_hide_a_drawing(const Failure& failure, int http_status)
{
  switch (failure.failure_class) {
  case FailureClass::server:
  case FailureClass::unclear:
    return !rules_out_drawing(failure, http_status);
  case FailureClass::model:
  case FailureClass::endpoint:
  case FailureClass::rate_limited:
    return http_status >= 500 && !rules_out_drawing(failure, http_status);
  default:
    return false;
  }
}

} // namespace

std::string Charge::sign_of_drawing(const Failure& failure, int http_status,
                                    Clock::time_point now) const
{
  const auto failure_class = failure.failure_class;
  if (!m_was_sent || tells_outcome(failure_class)) {
    return {};
  }
  // Once it was accepted, "no credit" may be what the drawing itself has led to.
  if (m_drawing_began || (m_was_accepted && failure_class != FailureClass::invalid_request)) {
    return "the gateway had begun, then";
  }
  if (m_was_cut_behind_error) {
    return "the answer broke off behind an error";
  }
  if (may_hide_a_drawing(failure, http_status) && now - m_sent_at > m_late_error) {
    const auto seconds = std::chrono::duration<double>(now - m_sent_at).count();
    return fmt::format("the error came {:.{}f} s after the request (later than "
                       "fallback.late_error)",
                       seconds, seconds < 10 ? 1 : 0);
  }
  return {};
}

} // namespace limn
