#include "job/leave.hpp"

#include <utility>

namespace limn {

namespace {

// In which several signals are one.
constexpr std::chrono::milliseconds k_at_once{100};

} // namespace

Leave::Leave(Loop& loop, Engine& engine, std::function<bool()> is_over,
             std::function<void(const std::string&)> say)
  : m_loop(loop), m_engine(engine), m_is_over(std::move(is_over)), m_say(std::move(say))
{
}

void Leave::on(StopSignal signal)
{
  const bool is_termination = signal == StopSignal::terminate;
  if (is_termination && m_next_cancels) {
    m_engine.cancel(JobsToCancel::all);
    return;
  }
  m_engine.cancel(JobsToCancel::uncharged);
  m_was_terminated = m_was_terminated || is_termination;
  if (m_is_over() || std::exchange(m_is_telling, true)) {
    return;
  }
  m_telling = m_loop.after(k_at_once, [this] { tell(); });
}

void Leave::tell()
{
  m_is_telling = false;
  m_next_cancels = m_was_terminated;
  if (!m_is_over()) {
    // A SIGHUP cancels nothing, however often it comes.
    m_say(m_next_cancels ? "finishing what may have been charged; once more to cancel (SIGTERM)"
                         : "finishing what may have been charged; SIGTERM twice cancels it");
  }
}

} // namespace limn
