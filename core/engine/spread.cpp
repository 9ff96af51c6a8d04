#include "engine/spread.hpp"

#include <algorithm>

namespace limn {

namespace {

// 0: unknown.
int capacity_of(const RateLimits& limits)
{
  const auto [least, most] = std::minmax(limits.images_per_minute, limits.max_in_flight);
  return least > 0 ? least : most;
}

} // namespace

std::size_t least_loaded(std::span<const GatewayLoad> loads, std::size_t turn)
{
  int largest = 1;
  for (const auto& load : loads) {
    largest = std::max(largest, capacity_of(load.limits));
  }
  const auto is_better = [largest](const GatewayLoad& one, const GatewayLoad& other) {
    if (one.is_closed != other.is_closed) {
      return other.is_closed;
    }
    const auto room = [largest](const GatewayLoad& load) {
      const int capacity = capacity_of(load.limits);
      return static_cast<long>(capacity > 0 ? capacity : largest);
    };
    return one.jobs * room(other) < other.jobs * room(one);
  };
  std::size_t best = turn % loads.size();
  for (std::size_t i = 1; i < loads.size(); ++i) {
    const auto one = (turn + i) % loads.size();
    if (is_better(loads[one], loads[best])) {
      best = one;
    }
  }
  return best;
}

Spread::Presence Spread::enter(const Gateway& gateway)
{
  auto& jobs = m_jobs[gateway.id];
  if (!jobs) {
    jobs = std::make_shared<int>(0);
  }
  ++*jobs;
  return {jobs.get(), [jobs](int* count) { --*count; }};
}

int Spread::jobs(const Gateway& gateway) const
{
  const auto found = m_jobs.find(gateway.id);
  return found == m_jobs.end() ? 0 : *found->second;
}

} // namespace limn
