#pragma once

#include "plugin/registry.hpp"
#include "settings/settings.hpp"

#include <memory>

namespace limn {

class Chronicle;
class Stores;

// What jobs stand on.
struct EngineGround {
  Registry& registry;
  const Settings& settings;
  std::shared_ptr<const void> owner; // of both; none: they are borrowed and outlive the engine
  Chronicle* chronicle = nullptr;    // likewise; none: no history is kept
  const Stores* stores = nullptr;    // likewise; none: nothing comes from a store
};

} // namespace limn
