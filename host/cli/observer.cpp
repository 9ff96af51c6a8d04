#include "cli/observer.hpp"

#include "job/step_text.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

constexpr std::chrono::milliseconds k_tick{250};

double seconds(std::chrono::nanoseconds time)
{
  return std::chrono::duration<double>(time).count();
}

} // namespace

ProgressObserver::ProgressObserver(Out& out, Terminal& terminal, const GlobalOptions& options,
                                   Loop& loop, PictureView& pictures)
  : m_terminal(terminal), m_options(options), m_loop(loop), m_events(out),
    m_previews(pictures, loop)
{
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
  if (!m_what.empty()) {
    m_terminal.progress(
      fmt::format("{:.0f} s · {}", seconds(std::chrono::steady_clock::now() - m_begin), m_what),
      Cut::end);
  }
  m_tick = m_loop.after(k_tick, [this] { tick(); });
}

void ProgressObserver::show(std::string what)
{
  m_what = std::move(what);
  m_terminal.write(LogLevel::info, m_what);
}

void ProgressObserver::verifying(const Gateway& gateway)
{
  show(verifying_text(gateway));
  if (m_options.events) {
    m_events.verifying(gateway);
  }
}

void ProgressObserver::attempt_started(const Attempt& attempt)
{
  show(started_text(attempt));
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

void ProgressObserver::image_saved(const SavedImage& image)
{
  if (m_options.events) {
    m_events.image_saved(image);
  }
}

void ProgressObserver::waiting(std::chrono::milliseconds time, const std::string& why)
{
  // How long another request takes nobody knows.
  show(time.count() == 0 ? fmt::format("waiting: {}", why)
                         : fmt::format("waiting {:.1f} s: {}", seconds(time), why));
  if (m_options.events) {
    m_events.waiting(time, why);
    return;
  }
  m_terminal.say(LogLevel::info, m_what);
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
