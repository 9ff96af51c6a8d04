#pragma once

#include "base/descriptor.hpp"
#include "job/options.hpp"
#include "loop/disk_thread.hpp"
#include "loop/loop.hpp"
#include "memory/jobs_database.hpp"
#include "work/previews.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// Where doors hand in jobs whose callers may go away. Each is worked on by a process of its own
// (worker.hpp), and stands in jobs.db, which all such processes of the user share; the desk only
// knows who waits. Everything that is told is told from the loop, later.
class WorkDesk
{
public:
  using Told = std::function<void(Result<KeptJob>)>;

  // The loop is borrowed; workers are started with these options.
  WorkDesk(Loop& loop, GlobalOptions options, std::filesystem::path state_folder);
  ~WorkDesk();
  WorkDesk(const WorkDesk&) = delete;
  WorkDesk& operator=(const WorkDesk&) = delete;

  // Puts it, as JobsDatabase::put has it. Its worker is started by whoever waits for it, soonest
  // where that is from within `told`.
  void put(JobRequest request, std::function<void(Result<PutJob>)> told);

  // An equal one that would be the answer, as JobsDatabase::equal has it.
  void equal(JobRequest request, std::function<void(Result<std::optional<PutJob>>)> told);

  // How it stands; FailureClass::usage if there is none of that id.
  void look(std::string id, Told told);

  // What its gateway has shown of it so far, if it is under way. Who waits for the job hears each
  // time that there is one more.
  void previews(std::string id, std::function<void(std::vector<KeptPreview>)> told);

  // Sees to it that somebody works on one that is queued and has no owner. For who only looks.
  void go_on(const std::string& job);

  // A caller does not want it any more, as JobsDatabase::end has it.
  void end(std::string id, Told told);

  // Its end reached a caller, or no caller in this process waits for it any more, as
  // JobsDatabase::hears and leaves have it. `told` is called once that is written, or cannot be.
  void hears(std::string id, std::function<void()> told);
  void leaves(std::string id, std::function<void()> told);

  // While it lives, `told` hears of the job: how it stands now, each change, and that it is over,
  // which is the last call, as a failure is. One that nobody works on gets a worker.
  class Wait
  {
  public:
    Wait() = default;
    Wait(WorkDesk& desk, std::uint64_t id) : m_desk(&desk), m_id(id) {}
    Wait(Wait&& other) noexcept : m_desk(std::exchange(other.m_desk, nullptr)), m_id(other.m_id) {}
    Wait& operator=(Wait&& other) noexcept;
    ~Wait() { stop(); }

  private:
    void stop();

    WorkDesk* m_desk = nullptr;
    std::uint64_t m_id = 0;
  };
  [[nodiscard]] Wait wait(std::string id, Told told);

private:
  struct Waiting;
  struct Starting;
  class Store;

  template <typename Work, typename Then>
  void run(Work work, Then then);
  void note(std::string id, Done (JobsDatabase::*what)(std::string_view),
            std::function<void()> told);
  void heard(std::uint64_t wait, Result<KeptJob> job);
  void look_again(std::uint64_t wait);
  void watch_file(Waiting& waiting);
  void read_events();
  void start(std::uint64_t wait, const std::string& job);
  void started(const std::string& job);
  void give_up(const std::string& job);
  void claimed(std::uint64_t wait);
  void tick();

  Loop& m_loop;
  GlobalOptions m_options;
  std::filesystem::path m_folder;
  DiskThread m_disk;
  std::shared_ptr<Store> m_store; // of the disk thread
  Descriptor m_events;            // inotify
  Watch m_watch;
  Timer m_tick;
  std::uint64_t m_last_wait = 0;
  std::map<std::uint64_t, std::unique_ptr<Waiting>> m_waiting;
  std::map<std::string, std::unique_ptr<Starting>> m_starting; // workers, by job
  std::optional<KeptJob> m_begun; // that was put just now, while its put() is told
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is posted looks here first
};

} // namespace limn
