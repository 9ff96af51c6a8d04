#pragma once

#include "base/failure.hpp"

#include <chrono>
#include <string>

namespace limn {

// What is known of the money of one attempt: whether a gateway may have drawn, and so charged,
// whatever it says afterwards.
class Charge
{
public:
  using Clock = std::chrono::steady_clock;

  // What comes later than `late_error` after a billable request, and does not say that nothing was
  // drawn, may be about an image that was.
  explicit Charge(std::chrono::milliseconds late_error) : m_late_error(late_error) {}

  void billable_was_sent(Clock::time_point now)
  {
    m_was_sent = true;
    m_sent_at = now;
  }
  // The whole answer to it was a success: the gateway is drawing, or has drawn.
  void billable_was_accepted() { m_was_accepted = true; }
  // The gateway said so, or a picture of whatever kind came: a preview, a whole one, a piece of
  // one.
  void drawing_began() { m_drawing_began = true; }
  // A stream broke behind an error, where the image may have been.
  void was_cut_behind_error() { m_was_cut_behind_error = true; }

  bool was_sent() const { return m_was_sent; }
  bool was_accepted() const { return m_was_accepted; }

  // Why the image may have been drawn although `failure`, told now with that status, does not say
  // so: the beginning of a message. Empty if it cannot have been, or if its class says so itself.
  std::string sign_of_drawing(const Failure& failure, int http_status, Clock::time_point now) const;

private:
  std::chrono::milliseconds m_late_error;
  bool m_was_sent = false;
  Clock::time_point m_sent_at; // of the last one
  bool m_was_accepted = false;
  bool m_drawing_began = false;
  bool m_was_cut_behind_error = false;
};

} // namespace limn
