#pragma once

#include "engine/jobs_thread.hpp"
#include "job/options.hpp"
#include "loop/loop.hpp"
#include "memory/jobs_database.hpp"
#include "work/desk_worker.hpp"
#include "work/file_watch.hpp"
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

// FailureClass::usage.
Failure no_such_job(const std::string& id);

// Where doors hand in jobs whose callers may go away. They are worked on by a process that stays
// where the door goes (worker.hpp), and stand in jobs.db, which all such processes of the user
// share; the desk only knows who waits. Everything that is told is told from the loop, later.
class WorkDesk
{
public:
  using Told = std::function<void(Result<KeptJob>)>;

  // The loop is borrowed; a worker is started with these options.
  WorkDesk(Loop& loop, GlobalOptions options, std::filesystem::path state_folder);
  ~WorkDesk();
  WorkDesk(const WorkDesk&) = delete;
  WorkDesk& operator=(const WorkDesk&) = delete;

  // Puts it, as JobsDatabase::put has it. The worker gets it once somebody waits for it, soonest
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
  void end(const std::string& id, Told told);

  // Its end reached a caller, or no caller in this process waits for it any more, as
  // JobsDatabase::hears and leaves have it. `told` is called once that is written, or cannot be.
  void hears(std::string id, std::function<void()> told);
  void leaves(std::string id, std::function<void()> told);

  // While it lives, `told` hears of the job: how it stands now, each change, and that it is over,
  // which is the last call, as a failure is. One that nobody works on is given to the worker.
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

  void note(std::string id, Done (JobsDatabase::*what)(std::string_view),
            std::function<void()> told);
  void heard(std::uint64_t wait, Result<KeptJob> job);
  void look_again(std::uint64_t wait);
  void watch_file(Waiting& waiting);
  void changed(const std::vector<int>& files);
  void give(std::uint64_t wait, const std::string& job);
  void given(const std::string& job, JobStart what, const std::string& reason);
  void give_up(const std::string& job);
  void claimed(std::uint64_t wait);

  Loop& m_loop;
  std::filesystem::path m_folder;
  JobsThread m_database;
  DeskWorker m_worker;
  FileWatch m_files; // the locks of jobs
  std::uint64_t m_last_wait = 0;
  std::map<std::uint64_t, std::unique_ptr<Waiting>> m_waiting;
  std::optional<KeptJob> m_begun; // that was put just now, while its put() is told
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what is posted looks here first
};

} // namespace limn
