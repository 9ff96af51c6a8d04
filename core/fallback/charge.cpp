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

// Refusals of the job itself: they say that nothing is being drawn, also where they come late, as
// the answer to a question about it.
bool refuses_the_job(FailureClass failure_class)
{
  switch (failure_class) {
  case FailureClass::billing:
  case FailureClass::size:
  case FailureClass::parameter:
  case FailureClass::invalid_request:
    return true;
  default:
    return false;
  }
}

} // namespace

std::string Charge::sign_of_drawing(FailureClass failure_class, Clock::time_point now) const
{
  if (!m_was_sent || tells_outcome(failure_class)) {
    return {};
  }
  if (m_partial_came || (m_was_accepted && !refuses_the_job(failure_class))) {
    return "the gateway had begun, then";
  }
  if (failure_class == FailureClass::server && now - m_sent_at > m_late_error) {
    return fmt::format("{:.0f} s after the request (more than fallback.late_error)",
                       std::chrono::duration<double>(now - m_sent_at).count());
  }
  return {};
}

} // namespace limn
