#pragma once

#include "base/result.hpp"
#include "plugin/component_record.hpp"

#include <limn/abi.h>

#include <vector>

namespace limn {

// A component as its plugin describes it: ready, failed or skipped.
struct CheckedComponent {
  ComponentRecord record;
  const limn_component* component = nullptr; // null unless it is ready
};

// What the plugin carries. Fails if the plugin as a whole cannot be used; a component with a fault
// is in the list, with the fault as the reason. Runs nothing of the plugin but component_count and
// component_at.
Result<std::vector<CheckedComponent>> check_components(const limn_entry& entry,
                                                       const std::filesystem::path& file);

} // namespace limn
