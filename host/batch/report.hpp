#pragma once

#include "batch/options.hpp"
#include "batch/outcome.hpp"
#include "batch/resume.hpp"
#include "job/out.hpp"

#include <string>
#include <vector>

namespace limn {

// What became of a batch: an envelope on standard output, or the story on standard error.
void report(Out& out, Terminal& terminal, const GlobalOptions& global, const BatchOptions& options,
            const BatchOutcome& outcome);

// What a run would do: how many items it would draw, which it would not and why, and what that
// costs.
void report_plan(Out& out, const GlobalOptions& global, const BatchOptions& options,
                 const std::vector<Task>& tasks, Cost estimate);

// What is wrong with a batch, each on a line of its own.
void report_mistakes(Out& out, Terminal& terminal, const GlobalOptions& global,
                     const std::vector<std::string>& mistakes);

} // namespace limn
