#pragma once

#include "engine/engine.hpp"
#include "job/console.hpp"
#include "job/options.hpp"

namespace limn {

// Omitted where the image itself went to stdout.
enum class PathLines { printed, omitted };

// What became of a job: as the envelope on stdout, or as paths on stdout and the story on stderr.
void report(Console& console, const GlobalOptions& options, const JobOutcome& outcome,
            PathLines path_lines);

// A failure outside of any attempt. Returns the exit status.
int report(Console& console, const GlobalOptions& options, const Failure& failure);

} // namespace limn
