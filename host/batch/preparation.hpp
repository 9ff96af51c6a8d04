#pragma once

#include "batch/options.hpp"
#include "batch/run.hpp"
#include "job/session.hpp"

namespace limn {

// Reads the item again, and chooses its gateways and where its images go: what was checked before
// the run may have changed meanwhile. `sandbox`: null, or the gateway that draws instead of all
// others; borrowed, as is the session, as long as the order.
Result<PreparedItem> prepare_item(Session& session, const BatchOptions& options,
                                  const Gateway* sandbox, const Task& task, Naming naming);

} // namespace limn
