#pragma once

#include "engine/attempt_run.hpp"
#include "engine/candidate.hpp"
#include "engine/engine.hpp"
#include "engine/engine_parts.hpp"
#include "engine/input_fetch.hpp"
#include "engine/model_checks.hpp"
#include "engine/plan.hpp"
#include "engine/split_run.hpp"
#include "failure/rate_hints.hpp"
#include "memory/lessons.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

namespace limn {

// One job on its way through gateways, providers and sizes.
class JobRun
{
public:
  // `done` is called once, from the loop, and may destroy this object.
  JobRun(const EngineParts& parts, JobOrder order, JobListener& listener,
         std::function<void(JobOutcome)> done);

  // `count` images of another run's job, the first of them with that number, from where that run
  // stands in its plan.
  JobRun(const JobRun& whole, int first_number, int count, std::function<void(JobOutcome)> done);
  ~JobRun();
  JobRun(const JobRun&) = delete;
  JobRun& operator=(const JobRun&) = delete;

  void start();
  void cancel(JobsToCancel which); // if it is one of those
  bool is_done() const { return !m_done; }

private:
  using Clock = Loop::Clock;

  // What it waits for.
  struct Fetching { // an image to work from
    std::unique_ptr<InputFetch> fetch;
  };
  struct Verifying {
    ModelChecks::Ticket ticket;
  };
  struct AtGate {
    RateGate::Pass pass;
  };
  struct Attempting {
    std::unique_ptr<AttemptRun> run;
    std::shared_ptr<RateGate::Ticket> ticket;
    Clock::time_point begin;
    int images = 1; // asked for
    bool asked_to_spend = false;
    std::optional<PastAttempt> past; // once it is in the history
  };
  struct Pausing { // before the next attempt
    Timer end;
  };
  struct Split { // the images that are left, at the same time
    std::unique_ptr<SplitRun> parts;
  };
  struct Deciding {
  }; // for nothing; or it is over
  using Phase = std::variant<Deciding, Fetching, Verifying, AtGate, Attempting, Pausing, Split>;

  void fetch_inputs();
  void fetched(Input& input, Result<Input> result);
  void go_on(); // does the next thing of the plan
  bool decide_model(Candidate& candidate);
  void verify(Candidate& candidate);
  void verified(Candidate& candidate, const ModelCheck& check);
  bool skip_refused_size();
  Attempt new_attempt();
  void pass_over_provider(Failure why);
  void attempt();
  void ask_gate(Provider& provider, const RateLimits& limits);
  void begin(Provider& provider, std::shared_ptr<RateGate::Ticket> ticket);
  void turned_away(std::chrono::milliseconds pause);
  void take_hints(const RateHints& hints);
  void split(int most);
  void drop_what_was_refused_lately();
  void settle_current(const Attempting& ended, const AttemptResult& result);
  void attempted(Attempting& ended, AttemptResult result);
  void note_sent();
  void note_ended(PastAttempt past, const AttemptResult& result);
  NoteImage note_image();
  Job job_as_sent(int images) const;
  std::optional<Failure> too_dear(int images) const;
  Cost cost_of(const Attempting& ended, const AttemptResult& result) const;
  std::string size_sent() const;
  void tell_differences(const AttemptResult& result);
  void after_failure(const AttemptResult& result);
  void record(Attempt attempt);
  void advance(NextStep step);
  void finish(std::optional<Failure> failure);
  void finish_interrupted();

  Candidate& candidate() { return m_candidates[m_plan.gateway()]; }
  Job job_as_asked() const; // as the gateway that the plan is at is asked for it
  std::vector<std::string> wanted_models(const Candidate& candidate) const;
  bool can_drop(const std::string& parameter) const;
  void leave_out(const std::string& parameter);
  int previews_to_ask_for(const Provider& provider) const;
  int images_left() const { return m_job.count - static_cast<int>(m_outcome.images.size()); }
  int next_number() const { return m_first_number + static_cast<int>(m_outcome.images.size()); }

  EngineParts m_parts;
  Job m_job;              // what was said of it, and how many images
  bool m_is_part = false; // of another run's job
  int m_first_number = 1; // of its first image within what the user asked for
  ImageSink& m_sink;
  EngineOptions m_options;
  MoneyGate& m_gate;
  std::string m_door;
  JobListener& m_listener;
  std::function<void(JobOutcome)> m_done;
  std::vector<Candidate> m_candidates;
  Lessons m_lessons;
  bool m_is_cancelled = false;
  bool m_begins_no_more = false; // after the attempt under way
  Plan m_plan{{}};
  JobOutcome m_outcome;
  Clock::time_point m_begin = m_parts.transport.loop().now();

  Spread::Presence m_presence; // at the gateway that the plan is at
  Phase m_phase;
  Attempt m_current;                    // the one that is next, or under way
  std::vector<std::string> m_dropped;   // parameters, for this gateway and provider
  bool m_were_previews_refused = false; // likewise
  std::chrono::milliseconds m_wait_left{0};
  int m_waits = 0;
  int m_retries = 0;
};

} // namespace limn
