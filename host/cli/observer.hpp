#pragma once

#include "engine/engine.hpp"
#include "job/event_lines.hpp"
#include "job/options.hpp"
#include "job/picture_view.hpp"
#include "job/session.hpp"
#include "job/waiting_line.hpp"

#include <chrono>
#include <memory>
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
  ProgressObserver(Session& session, const Job& job, PictureView& pictures);
  ~ProgressObserver() override;

  void verifying(const Gateway& gateway) override;
  void attempt_started(const Attempt& attempt) override;
  void attempt_ended(const Attempt& attempt) override;
  void preview(int image_number, int index, const ByteSource& picture) override;
  void receiving(std::uint64_t bytes) override;
  void image_saved(const SavedImage& image) override;
  void waiting(std::chrono::milliseconds time, const std::string& why) override;
  void noticed(const std::string& text) override;
  void finished(JobOutcome outcome) override;

  std::optional<JobOutcome>& outcome() { return m_outcome; } // once the loop was stopped

private:
  void show(WaitPhase phase, std::string what, std::string_view logged);
  void ask_for_usual_time(const Attempt& attempt);
  void tick();

  Terminal& m_terminal;
  const GlobalOptions& m_options;
  Loop& m_loop;
  EventLines m_events;
  PreviewView m_previews;
  Timer m_tick;
  WaitState m_state;
  bool m_is_waiting = false;                     // for what m_state says
  std::chrono::steady_clock::time_point m_begin; // of that
  Engine& m_engine;
  std::string m_quality;                                    // asked for
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
  std::optional<JobOutcome> m_outcome;
};

} // namespace limn
