#pragma once

#include "batch/run.hpp"
#include "job/session.hpp"
#include "queue/queue_jobs.hpp"

namespace limn {

// Reads the item again, and chooses its gateways and where its images go, on this machine and as of
// now. A failure is the job's. `sandbox`: null, or the gateway that draws instead of all others;
// borrowed, as is the session, as long as the order.
Result<PreparedItem> prepare_claim(Session& session, const QueueClaim& claim,
                                   const Gateway* sandbox, Naming naming);

} // namespace limn
