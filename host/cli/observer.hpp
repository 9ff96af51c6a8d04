#pragma once

#include "engine/engine.hpp"
#include "job/event_lines.hpp"
#include "job/options.hpp"
#include "job/out.hpp"
#include "job/picture_view.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace limn {

// Shows what the engine does while it does it, and stops the loop when it is done: a progress line
// on a terminal, a line for each step with -v, JSON lines with
// --events, previews where pictures are shown.
class ProgressObserver : public JobListener
{
public:
  // Everything is borrowed. Once this ends nobody else has the terminal.
  ProgressObserver(Out& out, Terminal& terminal, const GlobalOptions& options, Loop& loop,
                   PictureView& pictures);
  ~ProgressObserver() override;

  void verifying(const Gateway& gateway) override;
  void attempt_started(const Attempt& attempt) override;
  void attempt_ended(const Attempt& attempt) override;
  void preview(int image_number, int index, const ByteSource& picture) override;
  void image_saved(const SavedImage& image) override;
  void waiting(std::chrono::milliseconds time, const std::string& why) override;
  void noticed(const std::string& text) override;
  void finished(JobOutcome outcome) override;

  std::optional<JobOutcome>& outcome() { return m_outcome; } // once the loop was stopped

private:
  void show(std::string what);
  void tick();

  Terminal& m_terminal;
  const GlobalOptions& m_options;
  Loop& m_loop;
  EventLines m_events;
  PreviewView m_previews;
  Timer m_tick;
  std::string m_what; // is going on
  std::optional<JobOutcome> m_outcome;
  std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
};

} // namespace limn
