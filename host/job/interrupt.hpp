#pragma once

#include "base/descriptor.hpp"
#include "loop/loop.hpp"

#include <functional>

namespace limn {

// A signal that asks limn to end, as a byte.
enum class StopSignal : char { interrupt = 'i', terminate = 't', hang_up = 'h' };

// What SIGTERM and SIGHUP mean. At once: SIGTERM is told as SIGINT is, SIGHUP ends the process as
// the kernel would; or is told, for what may be asked to read its settings anew. After what is
// charged: all are told, and what may have been charged is let end.
enum class Leaving { at_once, at_once_and_hang_up_is_told, after_what_is_charged };

// Turns signals into bytes on a pipe, for as long as it lives. SIGHUP never ends the process by
// itself then; the others do where they came too often for somebody to be still listening. One that
// was ignored when limn was started (nohup) stays ignored, but for SIGINT.
class InterruptPipe
{
public:
  // The SIGINT after `interrupts` of them ends the process at once.
  explicit InterruptPipe(Leaving leaving = Leaving::at_once, int interrupts = 1);

  // With Leaving::after_what_is_charged what was drawn still has to be reported: SIGHUP does
  // nothing from now on, nor does the next SIGTERM.
  ~InterruptPipe();
  InterruptPipe(const InterruptPipe&) = delete;
  InterruptPipe& operator=(const InterruptPipe&) = delete;

  int fd() const { return m_read.number(); } // gets a StopSignal for each

  // `told` is called from the loop for each, while the watch lives.
  Watch watch(Loop& loop, std::function<void(StopSignal)> told) const;

  // The last one that came; SIGINT if none did.
  StopSignal last() const;

private:
  Descriptor m_read;
  Leaving m_leaving;
};

} // namespace limn
