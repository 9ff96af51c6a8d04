#pragma once

#include <optional>
#include <string_view>

namespace limn {

// How a job stands among those that outlive a call.
enum class JobState {
  queued,    // nobody works on it
  claimed,   // a process does, and nothing is under way that may be charged
  sent,      // something is, or was and may be lost: if its process is gone, `unknown`
  done,      // all its images are there
  refused,   // they are not, and nothing that may have been charged is missing
  unknown,   // something that may have been charged is missing; never asked for again by itself
  cancelled, // before anything came of it
};

// "queued", "claimed", ...
std::string_view to_string(JobState state);
std::optional<JobState> job_state_from(std::string_view name);

// Whether nothing more becomes of it.
bool is_final(JobState state);

} // namespace limn
