#pragma once

#include "engine/engine.hpp"
#include "queue/queue_jobs.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace limn {

// What a worker has counted since it began, for Prometheus. Labels are how jobs ended, names of
// gateways and classes of failures: no prompt, and no key.
class WorkMetrics
{
public:
  // A job has left the engine.
  void drawn(const JobOutcome& outcome);

  // And the queue knows, or is not to know any more.
  void ended(const QueueJobs::Ended& ended);

  // In the form of MetricsText. `jobs_running`: now.
  std::string text(std::size_t jobs_running) const;

private:
  std::uint64_t m_images = 0;
  std::map<std::string, std::uint64_t> m_jobs;                             // by how they ended
  std::map<std::pair<std::string, std::string>, std::uint64_t> m_attempts; // by gateway and class
  std::map<std::string, NanoUsd> m_costs;                                  // by gateway
};

} // namespace limn
