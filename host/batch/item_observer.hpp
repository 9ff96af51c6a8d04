#pragma once

#include "batch/journal.hpp"
#include "batch/options.hpp"
#include "batch/record.hpp"
#include "engine/engine.hpp"
#include "job/event_lines.hpp"
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

// Hears of one item in flight, and lets it spend: writes the journal, prints paths and events.
class ItemObserver : public JobListener, public MoneyGate
{
public:
  // `voice` and `record` are borrowed. `on_image` is called for each image that came, `on_end` may
  // destroy this object.
  ItemObserver(BatchVoice& voice, Record& record, InFlight item, std::function<void()> on_image,
               std::function<void(JobOutcome)> on_end);

  const InFlight& item() const { return m_item; }
  const EventLines& events() const { return m_events; }

  void verifying(const Gateway& gateway) override;
  void attempt_started(const Attempt& attempt) override;
  void attempt_ended(const Attempt& attempt) override;
  void naming(const SavedImage& image, std::uint64_t inode); // as Naming has it
  void image_saved(const SavedImage& image) override;
  void waiting(std::chrono::milliseconds time, const std::string& why) override;
  void noticed(const std::string& text) override;
  void finished(JobOutcome outcome) override;

  void may_spend(const Attempt& attempt, std::function<void(Done)> answer) override;
  void settled(const Attempt& attempt) override;

private:
  void say_once(const std::string& text);
  void log(const std::string& text);

  BatchVoice& m_voice;
  Record& m_record;
  InFlight m_item;
  std::function<void()> m_on_image;
  EventLines m_events;
  std::function<void(JobOutcome)> m_on_end;
  std::set<AttemptId> m_open; // attempts that may spend
  bool m_may_be_lost = false; // an attempt failed that may have been charged
};

} // namespace limn
