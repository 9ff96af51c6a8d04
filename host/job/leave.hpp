#pragma once

#include "engine/engine.hpp"
#include "job/interrupt.hpp"
#include "loop/loop.hpp"

#include <functional>
#include <optional>

namespace limn {

// Who goes away does not cancel. On SIGTERM and SIGHUP what may have been charged is let end, and
// nothing is begun; only a second SIGTERM cancels. Terminals, shells and service managers send
// several signals at once, and coreutils' timeout sends each twice: what comes before anybody could
// read that one more cancels is no answer to it.
class Leave
{
public:
  // `is_over`: whether nothing is under way any more. `say`: to whoever may still be there.
  // Everything borrowed outlives this.
  Leave(Loop& loop, Engine& engine, std::function<bool()> is_over,
        std::function<void(const std::string&)> say);

  // SIGTERM or SIGHUP.
  void on(StopSignal signal);

private:
  void tell();

  Loop& m_loop;
  Engine& m_engine;
  std::function<bool()> m_is_over;
  std::function<void(const std::string&)> m_say;
  Timer m_telling;
  bool m_is_telling = false;
  bool m_was_terminated = false;
  bool m_next_cancels = false;
};

} // namespace limn
