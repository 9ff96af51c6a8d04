#pragma once

#include "memory/jobs_database.hpp"
#include "model/cost.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace limn {

// What a server has counted since it began, for Prometheus. Labels are routes, statuses, names of
// gateways and classes of failures: no prompt, and no key.
class ServeMetrics
{
public:
  // An exchange is over. `route` is a path of the table; `status` is what was sent.
  void answered(std::string_view route, int status, std::chrono::duration<double> took);

  // An equal request had been asked before: nothing is drawn for this one.
  void replayed() { ++m_replays; }

  // A job that was begun here is over: what each gateway answered, and what it cost.
  void ended(const KeptJob& job);

  // The exposition format, version 0.0.4. `jobs_running`: now.
  std::string text(std::size_t jobs_running) const;

private:
  static constexpr std::array<int, 8> k_seconds{1, 5, 15, 30, 60, 120, 300, 600};

  struct Durations {
    std::array<std::uint64_t, k_seconds.size()> within{}; // each, and all shorter ones
    std::uint64_t count = 0;
    double sum = 0; // seconds
  };
  using Labels = std::pair<std::string, std::string>;

  std::map<Labels, std::uint64_t> m_requests; // by route and status
  std::map<std::string, Durations> m_durations;
  std::map<Labels, std::uint64_t> m_attempts; // by gateway and class
  std::map<std::string, NanoUsd> m_costs;
  std::uint64_t m_replays = 0;
  std::uint64_t m_unknown = 0;
};

} // namespace limn
