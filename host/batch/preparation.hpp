#pragma once

#include "batch/options.hpp"
#include "batch/run.hpp"
#include "job/session.hpp"

#include <string_view>

namespace limn {

// What a door says of its items besides what they say.
struct ItemTerms {
  const Gateway* sandbox = nullptr; // draws instead of all others; borrowed, or null
  bool wants_digests = false;       // of the images' files
  std::string_view door;
};

// Chooses the gateways of a job that was read and where its images go, as of now. A failure is the
// job's. The session is borrowed, as long as the order.
Result<PreparedItem> prepare_job(Session& session, GenerateOptions job, const ItemTerms& terms,
                                 Naming naming);

// Reads the item again, and chooses its gateways and where its images go: what was checked before
// the run may have changed meanwhile. `sandbox`: null, or the gateway that draws instead of all
// others; borrowed, as is the session, as long as the order.
Result<PreparedItem> prepare_item(Session& session, const BatchOptions& options,
                                  const Gateway* sandbox, const Task& task, Naming naming);

} // namespace limn
