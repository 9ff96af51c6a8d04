#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "job/options.hpp"

#include <string_view>

namespace limn {

// The word of the command line that a worker is started with; people have no use for it.
inline constexpr std::string_view k_work_command = "work-on-jobs";

// Starts limn once more, to work on jobs: in a session of its own and as nobody's child, so that no
// signal and no end of whoever asked reaches it. What is returned is a stream socket to its
// standard input, over which it is given jobs and tells of them (worker.hpp).
Result<Descriptor> start_worker(const GlobalOptions& options);

} // namespace limn
