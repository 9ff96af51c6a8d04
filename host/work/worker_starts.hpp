#pragma once

#include "base/descriptor.hpp"
#include "job/options.hpp"
#include "loop/loop.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>

namespace limn {

// Workers that were started and have not claimed their jobs yet, one a job at most. On the loop's
// thread.
class WorkerStarts
{
public:
  // The loop is borrowed; workers are started with these options.
  WorkerStarts(Loop& loop, GlobalOptions options);
  ~WorkerStarts();
  WorkerStarts(const WorkerStarts&) = delete;
  WorkerStarts& operator=(const WorkerStarts&) = delete;

  bool holds(const std::string& job) const { return m_started.count(job) != 0; }

  // One that does not hold it yet. `ended` is called later, with what the worker said if it could
  // not begin: empty where it has claimed the job, or is gone without a word.
  Done start(const std::string& job, std::function<void(const std::string& said)> ended);

private:
  struct Started;

  void read(const std::string& job);

  Loop& m_loop;
  GlobalOptions m_options;
  std::map<std::string, std::unique_ptr<Started>> m_started; // by job
};

} // namespace limn
