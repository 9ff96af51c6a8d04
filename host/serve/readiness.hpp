#pragma once

#include "memory/jobs_database.hpp"
#include "memory/learnt.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// Whether a picture that is asked for now would be drawn, as far as anybody remembers: nobody is
// asked for that.
class Readiness
{
public:
  using Time = std::chrono::system_clock::time_point;

  // A job that was drawn here is over: how its gateways answered last.
  void ended(const KeptJob& job, Time now);

  // Why it would not be, in a few words, since none of these gateways answered well when it was
  // tried last; nothing: one of them did, or was not tried. A failure is forgotten after a while,
  // so that somebody tries again. `learnt`: what all processes remember.
  std::optional<std::string> fault(const std::vector<Gateway>& gateways, const Learnt& learnt,
                                   Time now) const;

private:
  struct Try {
    std::string fault; // its class; empty: it answered well
    Time when;
  };

  std::string fault_of(const Gateway& gateway, const Learnt& learnt, Time now) const;

  std::map<std::string, Try> m_tries; // the last one, by gateway
};

} // namespace limn
