#include "fallback/charge.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

// Classes that tell by themselves what became of the image, or that nothing else may follow.
bool tells_outcome(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::content:
  case FailureClass::outcome_unknown:
  case FailureClass::no_image:
  case FailureClass::bad_image:
  case FailureClass::cancelled:
  case FailureClass::not_saved:
    return true;
  default:
    return false;
  }
}

// Late, these may be what a gateway makes of a drawing that was cut off behind it: relays try their
// other channels and then report that none is left.
bool may_hide_a_drawing(FailureClass failure_class, int http_status)
{
  switch (failure_class) {
  case FailureClass::server:
    return true;
  case FailureClass::model:
  case FailureClass::endpoint:
  case FailureClass::rate_limited:
    return http_status >= 500;
  default:
    return false;
  }
}

} // namespace

std::string Charge::sign_of_drawing(FailureClass failure_class, int http_status,
                                    Clock::time_point now) const
{
  if (!m_was_sent || tells_outcome(failure_class)) {
    return {};
  }
  // Once it was accepted, "no credit" may be what the drawing itself has led to.
  if (m_drawing_began || (m_was_accepted && failure_class != FailureClass::invalid_request)) {
    return "the gateway had begun, then";
  }
  if (may_hide_a_drawing(failure_class, http_status) && now - m_sent_at > m_late_error) {
    return fmt::format("{:.0f} s after the request (more than fallback.late_error)",
                       std::chrono::duration<double>(now - m_sent_at).count());
  }
  return {};
}

} // namespace limn
