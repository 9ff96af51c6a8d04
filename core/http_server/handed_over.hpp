#pragma once

#include <sys/types.h>

#include <string_view>
#include <vector>

namespace limn {

// The descriptors that a service manager hands to a process, for ServerOptions::descriptors: 3 and
// so many behind it (sd_listen_fds(3)). The texts are those of LISTEN_PID and LISTEN_FDS, empty
// where they are not set; `own` is this process. None where they are for another process, which
// inherited them, or no numbers. Reads no environment: whoever does removes both from it, so that
// the processes that it starts do not take them for theirs.
std::vector<int> handed_over_descriptors(std::string_view listen_pid, std::string_view listen_fds,
                                         pid_t own);

} // namespace limn
