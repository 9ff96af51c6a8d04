#pragma once

#include "base/descriptor.hpp"
#include "base/result.hpp"
#include "job/options.hpp"

#include <string>
#include <string_view>

namespace limn {

// The word of the command line that a worker is started with; people have no use for it.
inline constexpr std::string_view k_work_command = "work-on-job";

// Starts limn once more, to work on that job: in a session of its own and as nobody's child, so
// that no signal and no end of whoever asked reaches it. What is returned is readable once it has
// claimed the job or failed to: it is at its end then, and before it stands, where it failed, a
// sentence.
Result<Descriptor> start_worker(const GlobalOptions& options, std::string_view job);

} // namespace limn
