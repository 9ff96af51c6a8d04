#pragma once

#include "engine/chronicle.hpp"
#include "engine/model_checks.hpp"
#include "engine/rate_gate.hpp"
#include "engine/spread.hpp"
#include "http/http_client.hpp"
#include "loop/disk_thread.hpp"
#include "memory/learnt.hpp"
#include "plugin/registry.hpp"
#include "settings/settings.hpp"
#include "store/stores.hpp"

#include <cstdint>

namespace limn {

// What all jobs of an engine share. Borrowed.
struct EngineParts {
  HttpClient& transport;
  DiskThread& disk;
  Registry& registry;
  Learnt& learnt;
  const Settings& settings;
  ModelChecks& model_checks;
  RateGate& rate_gate;
  Spread& spread;
  std::uint64_t& last_attempt; // AttemptId
  Chronicle* chronicle;        // none: no history is kept
  const Stores* stores;        // none: nothing comes from a store
};

} // namespace limn
