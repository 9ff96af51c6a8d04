#pragma once

#include "engine/jobs.hpp"
#include "job/event_lines.hpp"
#include "job/options.hpp"
#include "job/out.hpp"

#include <functional>
#include <set>
#include <string>

namespace limn {

// What a user hears of a batch while it runs, whichever item it is about.
struct BatchVoice {
  Out& out;
  Terminal& terminal;
  const GlobalOptions& options;
  std::set<std::string> said; // notices; each is worth one line, not one for every item
};

// Hears of one item in flight: has it written down, prints paths and events.
class ItemObserver : public JobListener
{
public:
  // `voice` and `job` are borrowed. `on_image` is called for each image that came, `on_end` may
  // destroy this object.
  ItemObserver(BatchVoice& voice, ClaimedJob& job, std::function<void()> on_image,
               std::function<void(JobOutcome)> on_end);

  void verifying(const Gateway& gateway) override;
  void attempt_started(const Attempt& attempt) override;
  void attempt_ended(const Attempt& attempt) override;
  void image_saved(const SavedImage& image) override;
  void waiting(std::chrono::milliseconds time, const std::string& why) override;
  void noticed(const std::string& text) override;
  void finished(JobOutcome outcome) override;

private:
  void say_once(const std::string& text);
  void log(const std::string& text);

  BatchVoice& m_voice;
  ClaimedJob& m_job;
  std::function<void()> m_on_image;
  EventLines m_events;
  std::function<void(JobOutcome)> m_on_end;
};

} // namespace limn
