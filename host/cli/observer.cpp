#include "cli/observer.hpp"

#include "job/step_text.hpp"
#include "job/window.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace limn {

namespace {

constexpr std::chrono::milliseconds k_tick{250};

double seconds(std::chrono::nanoseconds time)
{
  return std::chrono::duration<double>(time).count();
}

} // namespace

ProgressObserver::ProgressObserver(Session& session, const Job& job, PictureView& pictures)
  : m_terminal(session.terminal()), m_options(session.options()), m_loop(session.loop()),
    m_events(session.out()), m_previews(pictures, m_loop), m_engine(session.host().engine()),
    m_quality(job.quality)
{
  m_state.wanted = job.count;
  if (m_terminal.shows_progress()) {
    tick();
  }
}

ProgressObserver::~ProgressObserver()
{
  m_previews.finish();
  m_terminal.erase_progress();
}

void ProgressObserver::tick()
{
  if (m_is_waiting) {
    m_state.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - m_begin);
    m_terminal.progress(
      waiting_line(m_state, terminal_columns(STDERR_FILENO).value_or(k_usual_columns)), Cut::end);
  }
  m_tick = m_loop.after(k_tick, [this] { tick(); });
}

void ProgressObserver::show(WaitPhase phase, std::string what, std::string_view logged)
{
  m_state.phase = phase;
  m_state.what = std::move(what);
  m_state.usual = {};
  m_state.bytes = 0;
  m_is_waiting = true;
  m_begin = std::chrono::steady_clock::now();
  m_terminal.write(LogLevel::info, logged);
}

// Only for who sees it.
void ProgressObserver::ask_for_usual_time(const Attempt& attempt)
{
  if (!m_terminal.shows_progress()) {
    return;
  }
  m_engine.usual_time(attempt, m_quality, [this, alive = std::weak_ptr(m_alive)](UsualTime usual) {
    if (!alive.expired()) {
      m_state.usual = usual;
    }
  });
}

void ProgressObserver::verifying(const Gateway& gateway)
{
  show(WaitPhase::models, gateway.name, verifying_text(gateway));
  if (m_options.events) {
    m_events.verifying(gateway);
  }
}

void ProgressObserver::attempt_started(const Attempt& attempt)
{
  show(WaitPhase::drawing, started_text(attempt), started_text(attempt));
  ask_for_usual_time(attempt);
  if (m_options.events) {
    m_events.attempt_started(attempt);
  }
}

void ProgressObserver::attempt_ended(const Attempt& attempt)
{
  if (attempt.failure) {
    m_terminal.write(LogLevel::info, failed_text(attempt));
  }
  if (m_options.events) {
    m_events.attempt_ended(attempt);
  }
}

void ProgressObserver::preview(int /*image_number*/, int /*index*/, const ByteSource& picture)
{
  m_previews.show(picture);
}

void ProgressObserver::receiving(std::uint64_t bytes)
{
  m_state.phase = WaitPhase::receiving;
  m_state.bytes = bytes;
}

void ProgressObserver::image_saved(const SavedImage& image)
{
  ++m_state.images;
  if (m_options.events) {
    m_events.image_saved(image);
  }
}

void ProgressObserver::waiting(std::chrono::milliseconds time, const std::string& why)
{
  // How long another request takes nobody knows.
  const auto text = time.count() == 0 ? fmt::format("waiting: {}", why)
                                      : fmt::format("waiting {:.1f} s: {}", seconds(time), why);
  show(WaitPhase::turn, time.count() == 0 ? why : fmt::format("{:.0f} s: {}", seconds(time), why),
       text);
  if (m_options.events) {
    m_events.waiting(time, why);
    return;
  }
  m_terminal.say(LogLevel::info, text);
}

void ProgressObserver::noticed(const std::string& text)
{
  if (m_options.events) {
    m_events.noticed(text);
    return;
  }
  m_terminal.say(LogLevel::info, text);
}

void ProgressObserver::finished(JobOutcome outcome)
{
  m_outcome = std::move(outcome);
  m_loop.stop();
}

} // namespace limn
