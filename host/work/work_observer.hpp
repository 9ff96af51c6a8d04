#pragma once

#include "engine/engine.hpp"
#include "engine/kept_jobs.hpp"
#include "loop/loop.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Tells those who wait for a job what its worker does.
class WorkObserver : public JobListener
{
public:
  // Borrowed. `ended` is called with the last call.
  WorkObserver(Loop& loop, Engine& engine, KeptJobs& kept, ClaimedJob& job, const Job& asked,
               std::function<void()> ended);

  void verifying(const Gateway& gateway) override;
  void attempt_started(const Attempt& attempt) override;
  void attempt_ended(const Attempt& attempt) override;
  void preview(int image_number, int index, const ByteSource& picture) override;
  void image_saved(const SavedImage& image) override;
  void waiting(std::chrono::milliseconds time, const std::string& why) override;
  void noticed(const std::string& text) override;
  void finished(JobOutcome outcome) override;

  const std::optional<JobOutcome>& outcome() const { return m_outcome; } // once it has ended

private:
  void tell_usual(const Attempt& attempt);
  void tell(std::string_view what, std::chrono::milliseconds usual = {});

  Loop& m_loop;
  Engine& m_engine;
  KeptJobs& m_kept;
  ClaimedJob& m_job;
  std::string m_quality; // asked for
  bool m_is_one_of_several;
  std::function<void()> m_ended;
  std::optional<JobOutcome> m_outcome;
  std::optional<Attempt> m_started; // last, while it is under way
  std::string m_told;               // last
  Timer m_first;                    // until something is told
  int m_failed = 0;                 // attempts
  bool m_is_telling = false;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is told later looks here first
};

} // namespace limn
