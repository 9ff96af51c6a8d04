#pragma once

#include "base/descriptor.hpp"

#include <string_view>

namespace limn::viewer {

// Bytes for a terminal that may take none: it is slow, stopped, or nobody reads it any more.
class TerminalOutput
{
public:
  // How it ended. Stalled: the terminal took nothing for three seconds. Interrupted: a signal asked
  // for an end.
  enum class End { written, stalled, interrupted, broken };

  // `descriptor` is borrowed. What it refers to is opened anew where that can be done: that it does
  // not wait is nobody else's business.
  explicit TerminalOutput(int descriptor);

  // From now on SIGINT, SIGTERM, SIGHUP and SIGQUIT end `write` and nothing else.
  static void end_at_signals();
  static bool was_signalled();

  // `end` is written where the rest of `text` is not, as far as that is taken soon (interrupted) or
  // at once.
  End write(std::string_view text, std::string_view end);

private:
  End write_all(std::string_view& text);

  int m_descriptor;
  Descriptor m_opened;
};

} // namespace limn::viewer
