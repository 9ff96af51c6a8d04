#pragma once

#include "batch/journal.hpp"
#include "batch/options.hpp"
#include "batch/record.hpp"
#include "engine/engine.hpp"
#include "job/console.hpp"
#include "job/event_lines.hpp"

#include <functional>
#include <set>
#include <string>

namespace limn {

// What a user hears of a batch while it runs, whichever item it is about.
struct BatchVoice {
  Console& console;
  const GlobalOptions& options;
  std::set<std::string> said; // notices; each is worth one line, not one for every item
};

// Hears of one item in flight: writes the journal, prints paths and events.
class ItemObserver : public EngineObserver
{
public:
  // `voice` and `record` are borrowed. `on_image` is called for each image that came.
  ItemObserver(BatchVoice& voice, Record& record, InFlight item, std::function<void()> on_image);

  const InFlight& item() const { return m_item; }
  const EventLines& events() const { return m_events; }

  void verifying(const Gateway& gateway) override;
  void attempt_started(const Attempt& attempt) override;
  void attempt_ended(const Attempt& attempt) override;
  Done may_spend(const Attempt& attempt) override;
  void naming(const SavedImage& image, std::uint64_t inode); // as ImageStore::Naming
  void image_saved(const SavedImage& image) override;
  void waiting(std::chrono::milliseconds time, const std::string& why) override;
  void noticed(const std::string& text) override;

private:
  void say_once(const std::string& text);
  void log(const std::string& text);

  BatchVoice& m_voice;
  Record& m_record;
  InFlight m_item;
  std::function<void()> m_on_image;
  EventLines m_events;
  int m_attempts = 0;         // under way
  bool m_may_be_lost = false; // an attempt failed that may have been charged
};

} // namespace limn
