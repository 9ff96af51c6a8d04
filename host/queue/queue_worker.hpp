#pragma once

#include "base/result.hpp"
#include "batch/item_observer.hpp"
#include "job/interrupt.hpp"
#include "job/leave.hpp"
#include "job/session.hpp"
#include "job/settings_watch.hpp"
#include "queue/lane/lane.hpp"
#include "queue/metrics_listener.hpp"
#include "queue/postgres/line.hpp"
#include "queue/queue_claim.hpp"
#include "queue/queue_health.hpp"
#include "queue/queue_jobs.hpp"
#include "queue/queue_rates.hpp"
#include "queue/witness.hpp"
#include "queue/work_journal.hpp"
#include "queue/work_metrics.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace limn {

struct QueueWorkerOptions {
  int jobs = 4;                     // in flight
  const Gateway* sandbox = nullptr; // draws instead of all others; borrowed. It takes no batches
  LaneOptions lane;
  std::filesystem::path journals; // of the queue's workers on this machine
  // Called once the queue knows what earlier workers of this machine had; may be empty.
  std::function<void()> witnessed;
};

// What a worker did, once it has ended.
struct QueueWorkerOutcome {
  std::int64_t done = 0;
  std::int64_t failed = 0;   // refused
  std::int64_t unknown = 0;  // may have been charged
  std::int64_t returned = 0; // to the others
  std::int64_t images = 0;
  Cost cost;
  std::optional<Failure> failure; // why it ended before it was asked to
};

// Takes jobs from a queue, so many at a time, and through the engine, until it is asked to end, or
// the queue is drained. On the loop.
class QueueWorker
{
public:
  // The session is borrowed; its engine was not asked for yet.
  QueueWorker(Session& session, std::unique_ptr<PgLine> line, QueueWorkerOptions options);
  ~QueueWorker();
  QueueWorker(const QueueWorker&) = delete;
  QueueWorker& operator=(const QueueWorker&) = delete;

  // Tells what it counts at that address, which is in numbers; port 0: any. Returns the URL.
  Result<std::string> tell_metrics(const std::string& address, std::uint16_t port);

  // Returns once it has ended and what it had is over.
  QueueWorkerOutcome run();

private:
  struct Worked {
    Worked(QueueJobs& jobs, JobClaim claim) : job(jobs, std::move(claim)) {}

    ClaimedJob job;
    std::unique_ptr<ImageSink> sink;
    std::optional<ItemObserver> observer;
    std::optional<JobId> id; // with the engine
    Cost cost;
  };

  void claim_more();
  void claim_later();
  void claimed(int asked, const Result<PgRows>& rows);
  bool begin(const QueueClaim& claim);
  void finished(const std::string& job, const JobOutcome& outcome);
  void over(const std::string& job, const QueueJobs::Ended& ended);
  void beat();
  void beat_again();
  void heard(const std::vector<std::int64_t>& asked, const Result<PgRows>& rows);
  void reap();
  void look_at_drain();
  void renew();
  void ended_by_batch(const JobOutcome& outcome);
  void leave(std::optional<Failure> why);
  void on(StopSignal signal);
  void end_if_over();
  void show_progress();

  Session& m_session;
  QueueWorkerOptions m_options;
  std::unique_ptr<PgLine> m_line;
  std::string m_name; // one of a kind
  QueueRates m_rates;
  QueueHealth m_health;
  WorkJournal m_journal;
  QueueJobs m_queue;
  Witness m_witness;
  SettingsWatch m_settings;
  Loop::Clock::time_point m_renewed;
  BatchVoice m_voice;
  std::map<std::string, std::unique_ptr<Worked>> m_jobs;
  std::optional<Lane> m_lane;
  int m_drawing = 0; // have a place
  bool m_is_claiming = false;
  bool m_is_leaving = false;
  bool m_is_beating = false;
  QueueWorkerOutcome m_outcome;
  WorkMetrics m_metrics;
  std::unique_ptr<MetricsListener> m_listener; // may be null
  InterruptPipe m_interrupt;
  Leave m_leave;
  Watch m_signals;
  Timer m_claim;
  Timer m_beat;
  Timer m_reap;
  Timer m_tick;
  Loop::Clock::time_point m_rests_until; // takes no jobs before, since this machine cannot work
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace limn
