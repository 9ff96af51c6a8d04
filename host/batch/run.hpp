#pragma once

#include "batch/item_observer.hpp"
#include "batch/options.hpp"
#include "batch/outcome.hpp"
#include "batch/record.hpp"
#include "batch/resume.hpp"
#include "engine/engine.hpp"
#include "job/leave.hpp"
#include "output/folder_sink.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace limn {

// All that an item needs to be begun. The order has its sink, and no gate yet.
struct PreparedItem {
  JobOrder order;
  std::unique_ptr<ImageSink> sink; // of the order
};

// What a run of a batch works with. Borrowed.
struct BatchParts {
  Engine& engine;
  Loop& loop;
  Record& record;
  Out& out;
  Terminal& terminal;
  const GlobalOptions& global;
  const BatchOptions& options;
  Cost spent_before; // by earlier runs
  // Of an item whose turn has come; its files are named by `naming`.
  std::function<Result<PreparedItem>(const Task& task, Naming naming)> prepare;
  // Engine::start, or who listens in.
  std::function<void(JobOrder order, JobListener& listener)> start;
};

// Takes the items of a batch through the engine, so many at a time, each read when its turn comes.
class BatchRun
{
public:
  // `tasks` are of items that outlive this.
  BatchRun(const BatchParts& parts, std::vector<Task> tasks);
  ~BatchRun();
  BatchRun(const BatchRun&) = delete;
  BatchRun& operator=(const BatchRun&) = delete;

  void start();
  bool is_over() const { return m_in_flight.empty() && (is_at_end() || m_ended); }

  // SIGINT: the first time nothing more is begun, and what is in flight has the time of grace; the
  // second time it is cancelled. The others: as Leave has it.
  void interrupted(StopSignal signal);

  BatchOutcome outcome();

private:
  using Clock = Loop::Clock;
  struct InFlightItem;

  bool is_at_end() const { return m_next == m_tasks.size(); }
  void begin_more();
  void begin(std::size_t number, PreparedItem prepared);
  Result<PreparedItem> prepare(std::size_t number);
  Cost estimate_of(const JobOrder& order) const;
  bool fits(Cost estimate) const;
  void not_begun(std::size_t number, Failure failure);
  void ended(std::size_t number, const JobOutcome& outcome);
  void conclude(std::size_t number, const JobClaim& claim, const JobOutcome& outcome);
  void stop(Ended why);
  void leave(StopSignal signal);
  void say(const std::string& text);
  void show_progress();
  std::string progress() const;

  BatchParts m_parts;
  std::vector<Task> m_tasks;
  BatchOutcome m_outcome;
  BatchVoice m_voice;
  std::map<std::size_t, std::unique_ptr<InFlightItem>> m_in_flight;
  std::size_t m_next = 0;
  std::optional<Ended> m_ended;
  int m_interrupts = 0;
  std::optional<StopSignal> m_left_by; // who went away
  Leave m_leave;
  int m_images = 0; // that came in this run
  int m_done = 0;
  int m_failed = 0;
  Cost m_reserved; // estimates of what is in flight
  Clock::time_point m_begin = m_parts.loop.now();
  Timer m_tick;  // of the progress line
  Timer m_grace; // until what is in flight is cancelled
};

} // namespace limn
