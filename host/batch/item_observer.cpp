#include "batch/item_observer.hpp"

#include "job/step_text.hpp"

#include <fmt/format.h>

namespace limn {

ItemObserver::ItemObserver(BatchVoice& voice, ClaimedJob& job, std::function<void()> on_image,
                           std::function<void(JobOutcome)> on_end)
  : m_voice(voice), m_job(job), m_on_image(std::move(on_image)),
    m_events(voice.out, job.claim().id), m_on_end(std::move(on_end))
{
}

void ItemObserver::verifying(const Gateway& gateway)
{
  log(verifying_text(gateway));
  if (m_voice.options.events) {
    m_events.verifying(gateway);
  }
}

void ItemObserver::attempt_started(const Attempt& attempt)
{
  log(started_text(attempt));
  if (m_voice.options.events) {
    m_events.attempt_started(attempt);
  }
}

void ItemObserver::attempt_ended(const Attempt& attempt)
{
  if (attempt.failure) {
    log(failed_text(attempt));
  }
  if (m_voice.options.events) {
    m_events.attempt_ended(attempt);
  }
}

void ItemObserver::image_saved(const SavedImage& image)
{
  m_job.image_saved(image);
  m_voice.out.tells_of(image.path);
  if (m_voice.options.format == ReportFormat::text) {
    m_voice.out.path(image.path);
    m_voice.out.flush();
  }
  if (m_voice.options.events) {
    m_events.image_saved(image);
  }
  m_on_image();
}

void ItemObserver::waiting(std::chrono::milliseconds time, const std::string& why)
{
  if (m_voice.options.events) {
    m_events.waiting(time, why);
    return;
  }
  say_once(fmt::format("waiting: {}", why));
}

void ItemObserver::noticed(const std::string& text)
{
  if (m_voice.options.events) {
    m_events.noticed(text);
    return;
  }
  say_once(text);
}

void ItemObserver::finished(JobOutcome outcome)
{
  const auto on_end = std::move(m_on_end);
  on_end(std::move(outcome));
}

void ItemObserver::say_once(const std::string& text)
{
  if (m_voice.said.insert(text).second) {
    m_voice.terminal.say(LogLevel::info, fmt::format("item {}: {}", m_job.claim().id, text));
  }
}

void ItemObserver::log(const std::string& text)
{
  m_voice.terminal.write(LogLevel::info, fmt::format("item {}: {}", m_job.claim().id, text));
}

} // namespace limn
