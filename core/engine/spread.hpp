#pragma once

#include "engine/rate_book.hpp"
#include "model/gateway.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace limn {

// What a gateway has to do, and what it may take.
struct GatewayLoad {
  int jobs = 0; // under way or waiting
  RateLimits limits;
  bool is_closed = false; // it asked for a pause
};

// The one that has the least to do for what it may take; of several the first from `turn` on, and
// one that asked for a pause only where all did. Without a limit a gateway counts as the largest
// of those that have one. `loads` is not empty.
std::size_t least_loaded(std::span<const GatewayLoad> loads, std::size_t turn);

// Where the jobs of an engine are. On one thread.
class Spread
{
public:
  // While it lives, a job is at that gateway. May outlive the spread.
  using Presence = std::shared_ptr<int>;

  [[nodiscard]] Presence enter(const Gateway& gateway);
  int jobs(const Gateway& gateway) const;

  std::size_t next_turn() { return m_turn++; }

private:
  std::map<std::string, std::shared_ptr<int>> m_jobs;
  std::size_t m_turn = 0;
};

} // namespace limn
