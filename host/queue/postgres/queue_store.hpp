#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "model/cost.hpp"
#include "model/job_state.hpp"
#include "queue/postgres/connection.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// How a job gets to a gateway: on its own, or in a group by its Batch API, at half the price.
enum class QueueLane { usual, batch };

// "usual", "batch"
std::string_view to_string(QueueLane lane);

// How a queue stands.
struct QueueStatus {
  std::map<JobState, std::int64_t> jobs; // all states
  std::int64_t workers = 0;              // that have jobs, or did within a minute
  std::int64_t ended_lately = 0;         // jobs, within a minute
  std::optional<NanoUsd> max_cost;
  NanoUsd spent = 0;
  NanoUsd reserved = 0; // of what is under way or unknown
  bool is_draining = false;
  std::int64_t lane_queued = 0;    // these three of QueueLane::batch
  std::int64_t lane_under_way = 0; // jobs
  std::int64_t lane_batches = 0;   // that are under way

  std::int64_t under_way() const { return jobs.at(JobState::claimed) + jobs.at(JobState::sent); }
};

// A job as `limn queue list` tells of it.
struct QueuedJob {
  std::string id;
  std::string item; // its own id; may be empty
  std::string file;
  std::int64_t line = 0;
  std::string state;
  std::string lane;
  std::string batch; // as its gateway calls it; empty: it is in none
  std::string worker;
  std::string failure_class; // these two: empty: none
  std::string failure;
  std::optional<Cost> cost;
  std::string report; // JSON; empty: none
};

// An item on its way into a queue.
struct QueueItem {
  int line = 0;
  PgValue id;
  std::string fingerprint; // SHA-256, in hexadecimal
  std::string request;     // JSON
};

// What holds for all that is added at once.
struct QueueAddition {
  std::string file;
  std::string folder;
  std::string defaults; // JSON
  QueueLane lane = QueueLane::usual;
};

// Two lines with one id.
struct SameQueueId {
  std::string id;
  int first = 0;
  int again = 0;
};

// What people do to a queue. Each function is one transaction; they wait.
class QueueStore
{
public:
  // Of a queue that is there and of this version: FailureClass::settings else.
  static Result<QueueStore> open(const Secret& url);

  // Items are brought, seen by nobody else, and then all added at once, or none.
  Done begin_items();
  Done bring(const QueueItem& item);
  Result<std::vector<SameQueueId>> end_items();            // up to eleven
  Result<std::int64_t> add(const QueueAddition& addition); // how many were not there yet

  // Whoever looks finds what was lost with its worker.
  Result<QueueStatus> status();
  Result<std::vector<QueuedJob>> list(std::optional<JobState> state, int most);

  Result<std::optional<NanoUsd>> max_cost();
  Done set_max_cost(std::optional<NanoUsd> most);
  Done set_draining(bool is_draining);

  // Each returns the jobs that it was done to. No ids: all of the kind.
  Result<std::vector<std::string>> cancel(const std::vector<std::int64_t>& jobs);
  Result<std::vector<std::string>> requeue(const std::vector<std::int64_t>& jobs);
  enum class Resolution { paid, not_paid };
  Result<std::vector<std::string>> resolve(const std::vector<std::int64_t>& jobs,
                                           Resolution resolution);

private:
  explicit QueueStore(PgBlockingConnection connection) : m_connection(std::move(connection)) {}
  Result<std::vector<std::string>> run_for(const std::string& sql,
                                           const std::vector<std::int64_t>& jobs);

  PgBlockingConnection m_connection;
  std::string m_rows; // of COPY, not sent yet
};

// Makes a queue, or brings it up to this version. Returns whether anything was done.
Result<bool> init_queue(const Secret& url);

} // namespace limn
