#pragma once

#include "loop/loop.hpp"

namespace limn::test {

// Time passes only where somebody waits for it. Descriptors never become ready.
class FalseLoop : public Loop
{
public:
  Clock::time_point now() const override { return Clock::time_point(m_passed); }

  // Calls what is due until then.
  void run_for(std::chrono::nanoseconds time)
  {
    const auto end = m_passed + time;
    m_end = end;
    while (turn()) {
    }
    m_end.reset();
    m_passed = end;
  }

protected:
  bool wait(std::optional<Clock::time_point> until) override
  {
    if (!until || (m_end && until->time_since_epoch() > *m_end)) {
      return false;
    }
    m_passed = std::max(m_passed, until->time_since_epoch());
    return true;
  }
  void wake() override {}
  void set_events(int, Events, Events, std::uint64_t) override {}

private:
  std::chrono::nanoseconds m_passed{0};
  std::optional<std::chrono::nanoseconds> m_end;
};

} // namespace limn::test
