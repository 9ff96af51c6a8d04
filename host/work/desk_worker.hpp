#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "job/options.hpp"
#include "loop/loop.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>

namespace limn {

// What became of a job that a worker was given.
enum class JobStart {
  begun,   // it is claimed, by this worker or somebody else, or over
  refused, // the worker has a reason
  lost,    // the worker is gone, and said nothing of it
};

// The process that works on the jobs of a desk (worker.hpp): started with the first of them, and
// kept for a while after the last, since a start costs more than many a picture. One that does not
// hear any more (a plugin hangs in it) keeps what it has begun, and another one takes its place. On
// the loop's thread.
class DeskWorker
{
public:
  // From the loop, once for each job that was given; with the reason, if there is one.
  using Told =
    std::function<void(const std::string& job, JobStart what, const std::string& reason)>;

  // The loop is borrowed; the worker is started with these options.
  DeskWorker(Loop& loop, GlobalOptions options, Told told);

  // Whether the job was given and nothing is known of it yet.
  bool holds(const std::string& job) const { return m_given.contains(job); }

  // One that it does not hold. FailureClass::cancelled where no process can be started.
  Done give(const std::string& job);

private:
  void read();
  void hear(std::string_view line);
  Done start();
  void send(const std::string& job);
  void write();
  void leave();
  void gone();
  void replace_deaf();
  void wait_for_the_next();

  Loop& m_loop;
  GlobalOptions m_options;
  Told m_told;
  Descriptor m_socket; // none: there is no worker
  Watch m_watch;
  bool m_has_spoken = false; // the worker
  std::string m_outgoing;
  std::string m_received;
  std::set<std::string> m_given;
  std::set<std::string> m_unheard; // of those
  std::set<std::string> m_begun;   // and not over
  Timer m_idle;
  Timer m_hearing;
};

} // namespace limn
