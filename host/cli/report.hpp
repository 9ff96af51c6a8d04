#pragma once

#include "engine/engine.hpp"
#include "job/options.hpp"
#include "job/out.hpp"

namespace limn {

// Omitted where the image itself went to stdout.
enum class PathLines { printed, omitted };

// What became of a job: as the envelope on stdout, or as paths on stdout and the story on stderr.
void report(Out& out, Terminal& terminal, const GlobalOptions& options, const JobOutcome& outcome,
            PathLines path_lines);

// A failure outside of any attempt. Returns the exit status.
int report(Out& out, Terminal& terminal, const GlobalOptions& options, const Failure& failure);

} // namespace limn
