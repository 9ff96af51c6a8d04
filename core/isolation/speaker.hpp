#pragma once

#include "base/log.hpp"
#include "isolation/channel.hpp"

#include <limn/abi.h>

#include <string>

// The process of an isolated plugin, as it speaks to limn.

namespace limn {

// Its line. What limn says there is taken as it comes: it started this process. Where limn is gone,
// this process ends.
class Speaker
{
public:
  Speaker();
  void say(MessageWriter message);
  std::string hear();

private:
  Channel m_channel;
};

// A log that is written at the other end.
class ForwardedLog : public Log
{
public:
  ForwardedLog(Speaker& limn, LogLevel most) : m_limn(limn), m_most(most) {}
  bool wants(LogLevel level) const override { return level <= m_most; }
  void write(LogLevel level, std::string_view line) override;

private:
  Speaker& m_limn;
  LogLevel m_most;
};

// The sinks for a plugin: each says at once what it is told. `limn` outlives them.
limn_error_sink errors_to(Speaker& limn);
limn_step_sink steps_to(Speaker& limn);
limn_result_sink results_to(Speaker& limn);
limn_terms_sink terms_to(Speaker& limn);

} // namespace limn
