#pragma once

#include "model/next_step.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace limn {

// The order in which a job is tried: gateways outside, providers inside, sizes innermost. Each
// (gateway, provider, size) comes up at most once.
class Plan
{
public:
  // What can be tried of one gateway.
  struct Stop {
    std::vector<std::string> providers; // their ids, in order
    std::vector<std::string> sizes;     // the ladder, first the one asked for; never empty
  };

  explicit Plan(std::vector<Stop> stops);

  bool done() const { return m_gateway >= m_stops.size(); }

  // Only while not done.
  std::size_t gateway() const { return m_gateway; }
  const std::string& provider() const { return m_stops[m_gateway].providers[m_provider]; }
  const std::string& size() const { return m_stops[m_gateway].sizes[m_size]; }
  bool has_smaller_size() const { return m_size + 1 < m_stops[m_gateway].sizes.size(); }

  // Moves on. Where there is no next size, to the next provider; where there is no next provider,
  // to the next gateway. `retry` stays; `stop` ends the plan.
  void advance(NextStep step);

private:
  void skip_empty_gateways();

  std::vector<Stop> m_stops;
  std::size_t m_gateway = 0;
  std::size_t m_provider = 0;
  std::size_t m_size = 0;
};

// The ladder of sizes: the one asked for, then those of `fallback` that are not larger, each once.
// If all of them are, and the one asked for is none of them: the larger ones, the smallest first.
std::vector<std::string> size_ladder(const std::string& asked,
                                     const std::vector<std::string>& fallback);

} // namespace limn
