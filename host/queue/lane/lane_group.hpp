#pragma once

#include "base/failure.hpp"
#include "engine/engine.hpp"
#include "http/http_client.hpp"
#include "job/session.hpp"
#include "loop/disk_thread.hpp"
#include "queue/lane/lane_api.hpp"
#include "queue/lane/lane_batch.hpp"
#include "queue/lane/lane_file.hpp"
#include "queue/lane/lane_lines.hpp"
#include "queue/lane/lane_plan.hpp"
#include "queue/lane/lane_run.hpp"
#include "queue/postgres/line.hpp"
#include "queue/queue_jobs.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace limn {

struct LaneOptions {
  int most_jobs = 200; // of a group
  // Between the first looks at a batch, which then come less often, up to twenty times that. One
  // that is not found is not there after forty times that, and two minutes.
  std::chrono::milliseconds pause{15'000};
};

// What groups work with. Borrowed.
struct LaneParts {
  Session& session;
  PgLine& line;
  HttpClient& wire;
  DiskThread& disk;
  Chronicle* chronicle; // null: no history is kept
  const std::string& worker;
  const LaneOptions& options;
  std::function<void(const JobOutcome&)> ended; // a job, which the queue knows
  std::function<void(std::int64_t)> returned;   // so many jobs, to the queue
};

// Whether the next group may be begun at once.
enum class LaneRest { none, some };

// What a gateway takes of one file, by OpenAI's Batch API.
inline constexpr std::uint64_t k_largest_lane_file = 200'000'000;
inline constexpr int k_most_lane_lines = 50'000;

// One group of jobs on its way through a gateway's Batch API, in the hands of this worker:
//
//   begin ──► file ──► upload ──► announced ──► POST /batches ──► looked at ──► results, a line
//                                    │              │ unknown        ▲          each ──► over
//                    take_over ──────┴──► looked for in the list ────┘
//
// Whatever it writes carries its fence. What it does not write to the queue (killed, or another's
// meanwhile) is found by whoever takes it over: from the announcement on it is asked for once, and
// found again by its submission.
class LaneGroup
{
public:
  // As the queue has it.
  struct Mark {
    std::int64_t id = 0;
    int fence = 0;
    std::string submission;
  };

  // `done` is called once, from the loop, when nothing of it is this worker's any more.
  LaneGroup(const LaneParts& parts, Mark mark, std::function<void(LaneRest)> done);
  ~LaneGroup();
  LaneGroup(const LaneGroup&) = delete;
  LaneGroup& operator=(const LaneGroup&) = delete;

  // One that was claimed; `room`: what it may cost, if there is a limit.
  void begin(std::vector<QueueClaim> claims, std::optional<NanoUsd> room);

  // One that another worker announced so long ago; `name` is what the gateway calls it, if it is
  // known.
  void take_over(Gateway gateway, const std::string& name, std::chrono::milliseconds since);

  // To the other workers, as soon as what may not be left is done.
  void hand_over();

private:
  using Clock = Loop::Clock;
  enum class Step {
    making,
    pausing,
    deciding
  };            // making: nothing was asked for; deciding: not to
                // be left
  struct Made { // a line
    std::int64_t job = 0;
    std::optional<NanoUsd> estimate;
  };

  // --- lane_group.cpp ---
  Loop& loop() const { return m_parts.session.loop(); }
  void ask(PgStatement statement, std::function<void(const PgRows&)> then);
  void ask_all(std::deque<PgStatement> statements, const std::function<void()>& then);
  void beat();
  void lost();
  void end(LaneRest rest);
  bool is_left();
  void pause_then(std::function<void()> then, const Pairs& headers = {});
  void withdraw(std::optional<Failure> why, bool counts, LaneRest rest);
  PgStatement release_statement(const std::vector<std::int64_t>& jobs, bool counts,
                                const std::optional<Failure>& why) const;
  PgStatement finish_statement(const QueueClaim& claim, const JobOutcome& outcome) const;
  Failure failure_of(const LaneReply& reply) const;
  void say(const std::string& text);

  // --- lane_making.cpp ---
  void make_more();
  void make_line(const QueueClaim& claim);
  void put_aside(const QueueClaim& claim, const Failure& failure);
  void made();
  void upload();
  void uploaded(const LaneReply& reply);
  void announce(const std::string& file);
  void create(const std::string& file);
  void created(const LaneReply& reply);
  void search(const std::string& after, int page);
  void found(const LaneBatch& batch);

  // --- lane_results.cpp ---
  void look();
  void looked(const LaneReply& reply);
  void collect(const LaneBatch& batch);
  void fetch_next();
  void read_on();
  void take_line(LaneLine line);
  void run_line(LaneLine line, const QueueClaim& claim);
  void conclude(std::int64_t job, const JobOutcome& outcome);
  void settle_rest();
  JobOutcome outcome_of_rest(int line) const;

  LaneParts m_parts;
  Mark m_mark;
  std::function<void(LaneRest)> m_done;
  Step m_step = Step::making;
  bool m_is_leaving = false;
  std::optional<LaneApi> m_api;
  std::optional<LaneFile> m_file; // its lines, or the results
  Timer m_next;
  Timer m_beat;
  std::chrono::milliseconds m_pause;
  std::set<std::string> m_said;
  std::string m_stands; // as the gateway said last

  // --- While it is made ---
  std::deque<QueueClaim> m_claims;
  std::optional<NanoUsd> m_room;
  std::deque<PgStatement> m_aside;
  std::vector<std::int64_t> m_others; // that do not go with these
  std::optional<Gateway> m_gateway;
  std::string m_model;
  std::string m_path;
  std::vector<Made> m_made;
  NanoUsd m_cost = 0;
  std::vector<std::int64_t> m_over_budget;
  int m_tries = 0;
  Clock::time_point m_announced;

  // --- At the gateway ---
  std::string m_name;
  LaneBatch m_batch;                         // as it ended
  std::map<std::int64_t, QueueClaim> m_open; // jobs that are not over
  std::deque<std::string> m_files;           // ids, to be read
  bool m_has_lost_results = false;
  std::optional<LaneLines> m_lines;
  std::deque<LaneLine> m_found;
  std::uint64_t m_read = 0;
  bool m_is_read = false;
  std::unique_ptr<LaneRun> m_run;
  std::shared_ptr<char> m_alive = std::make_shared<char>();
};

} // namespace limn
