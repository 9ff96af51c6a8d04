#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "engine/jobs_thread.hpp"
#include "job/interrupt.hpp"
#include "job/leave.hpp"
#include "job/session.hpp"
#include "job/settings_watch.hpp"
#include "memory/job_lock.hpp"
#include "work/file_watch.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Works on the jobs of jobs.db that a desk names, each to its end: its images are saved, and what
// became of it stands in its row, whatever becomes of whoever asked.
class Worker
{
public:
  // The session is borrowed. `desk` is a socket as start_worker() has it. It brings lines with the
  // id of a job each, and is told, in lines, too:
  //
  //   heard JOB           at once
  //   begun JOB           it is claimed, here or by somebody else, or over
  //   failed JOB REASON   it could not be claimed
  //   over JOB            nothing is done for it any more
  Worker(Session& session, Descriptor desk);
  ~Worker();
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // Returns once the desk has gone, or a signal came, and all jobs are over.
  void run();

private:
  struct Claimed;
  struct Worked;

  void read_desk();
  void leave_desk();
  void tell(std::string_view word, const std::string& job, std::string_view reason = {});
  void take(const std::string& job);
  void claimed(const std::string& job, Result<std::shared_ptr<Claimed>> claim);
  void draw(const std::string& job, Claimed claim);
  void finish(const std::string& job);
  void over(const std::string& job);
  void look_for_end(const std::string& job);
  void look_now_and_then();
  void on(StopSignal signal);
  void renew();

  Session& m_session;
  Descriptor m_desk;
  Watch m_watch;
  std::string m_received;
  SettingsWatch m_settings;
  Loop::Clock::time_point m_renewed; // when gateways were last looked for
  int m_claiming = 0;                // jobs whose claim is under way
  bool m_is_leaving = false;         // a signal came
  std::map<std::string, std::unique_ptr<Worked>> m_jobs;
  InterruptPipe m_interrupt;
  Leave m_leave;
  Watch m_signals;
  FileWatch m_locks;
  Timer m_tick;
  JobsThread m_database; // the first to end
};

// The same for one that has no session, as a failure that all jobs of the desk get that it brought
// by now.
void refuse_jobs(Descriptor desk, const Redactor& redactor, const Failure& failure);

} // namespace limn
