#pragma once

#include "job/options.hpp"
#include "job/out.hpp"
#include "queue/addition.hpp"
#include "queue/postgres/queue_store.hpp"

#include <vector>

namespace limn {

// What `limn queue` tells, as words or as JSON.
void report_added(Out& out, const GlobalOptions& global, const AddedItems& added);
void report_queue(Out& out, const GlobalOptions& global, const QueueStatus& status);
void report_queued_jobs(Out& out, const GlobalOptions& global, const std::vector<QueuedJob>& jobs);

} // namespace limn
