#pragma once

#include "batch/run.hpp"
#include "disk_at_once.hpp"
#include "engine/engine.hpp"
#include "false_loop.hpp"
#include "job/leave.hpp"
#include "job/out.hpp"
#include "output/folder_sink.hpp"
#include "simulated_disk.hpp"
#include "simulated_door.hpp"
#include "simulated_servers.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn::test {

// What the user says for all processes of a script.
struct UserWishes {
  Settings settings;
  EngineOptions options;
  std::vector<Gateway> gateways;
  DuplicateCharge duplicate_charge = DuplicateCharge::refused; // of the batch
  bool is_remembered = false; // what gateways taught, and their rates: on the disk
  std::chrono::milliseconds uptime{0};
};

// What is the same for all scripts. Borrowed.
struct CommonParts {
  Registry& registry;
  const Redactor& redactor;
  Terminal& terminal;
  Out& out;
};

// One run of limn: jobs through one engine, some of them those of a batch. Lives until all is at
// rest or it is killed; then it is dropped without a word.
class SimulatedProcess
{
public:
  SimulatedProcess(World& world, SimulatedDisk& disk, UserWishes& wishes, const CommonParts& parts);
  ~SimulatedProcess();

  // False if it was killed.
  bool run();

private:
  enum class Deed {
    start,
    cancel_all,
    cancel_waiting,
    cancel_uncharged,
    cancel_one,
    terminate,
    hang_up,
    interrupt,
    renew, // its settings
  };
  struct Planned {
    int turn;
    Deed deed;
    int job = 0; // Deed::start
  };
  struct Begun {
    JobId id{};
    std::unique_ptr<SimulatedDoor> door;
    std::unique_ptr<ImageSink> sink; // unless it is of the batch
  };

  void plan();
  void open_batch();
  void judge(const std::vector<Task>& tasks) const;
  SimulatedDoor& open_door(WantedJob& job);
  PreparedItem prepared(const WantedJob& job, Naming naming) const;
  void begin(WantedJob& job);
  PreparedItem prepare(const Task& task, Naming naming);
  void begin_item(JobOrder order, JobListener& listener);
  void act(const Planned& planned);
  void signal(StopSignal signal);
  void cancel(JobsToCancel which);
  void end();
  bool is_at_rest() const;
  RateTime rate_time() const;
  EngineGround ground() const;

  World& m_world;
  SimulatedDisk& m_disk;
  UserWishes& m_wishes;
  CommonParts m_parts;
  GlobalOptions m_global;
  BatchOptions m_batch_options;
  FalseLoop m_loop;
  DiskAtOnce m_disk_thread;
  SimulatedServers m_servers;
  WatchedClient m_client;
  Learnt m_learnt;
  std::optional<Record> m_record;
  std::vector<BatchItem> m_items;
  std::vector<Planned> m_deeds; // the next one last
  std::vector<Begun> m_begun;   // outlives the jobs of the engine
  std::optional<BatchRun> m_batch;
  Engine m_engine;
  Leave m_leave; // where there is no batch, which has one
  bool m_begins_no_more = false;
  int m_interrupts = 0;
  Timer m_grace;
};

} // namespace limn::test
