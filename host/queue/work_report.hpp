#pragma once

#include "job/options.hpp"
#include "job/out.hpp"
#include "queue/queue_worker.hpp"

namespace limn {

// What a worker did: JSON on standard output, or a line on standard error.
void report_work(Out& out, Terminal& terminal, const GlobalOptions& global,
                 const QueueWorkerOutcome& outcome);

} // namespace limn
