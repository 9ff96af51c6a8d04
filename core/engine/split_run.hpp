#pragma once

#include "engine/engine.hpp"
#include "http/http_client.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace limn {

class JobRun;

// What is left of a job, cut into parts that go their ways at the same time, for a gateway that
// draws fewer images at once than are wanted.
class SplitRun
{
public:
  // Makes the part of so many images, the first of which has that number within the job.
  using MakePart = std::function<std::unique_ptr<JobRun>(int first_number, int count,
                                                         std::function<void(JobOutcome)> done)>;

  // Cuts `count` images into parts of `most`, `at_once` of them under way. `done` is called once
  // from the loop with what came of all parts, in their order, and may destroy this object.
  SplitRun(HttpClient& transport, MakePart make_part, int first_number, int count, int most,
           std::size_t at_once, std::function<void(JobOutcome)> done);
  ~SplitRun();
  SplitRun(const SplitRun&) = delete;
  SplitRun& operator=(const SplitRun&) = delete;

  void start();
  void cancel(JobsToCancel which); // of its parts; no more are begun

private:
  struct Part {
    int first_number;
    int count;
    std::unique_ptr<JobRun> run; // while it is under way
    JobOutcome outcome;
    Timer start;
  };

  void go_on();
  void begin(Part& part);
  void end(Part& part, JobOutcome outcome);
  JobOutcome outcome();

  HttpClient& m_transport;
  MakePart m_make_part;
  std::size_t m_at_once;
  std::function<void(JobOutcome)> m_done;
  Timer m_next; // looks whether another part is to begin
  std::vector<Part> m_parts;
  std::size_t m_begun = 0;
  std::size_t m_under_way = 0;
  bool m_begins_no_more = false; // one failed, or it is cancelled
  bool m_is_cancelled = false;
};

// Adds what came of a later part of the same job. The failure stays as it is.
void add(JobOutcome& outcome, JobOutcome part);

} // namespace limn
