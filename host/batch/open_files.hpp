#pragma once

#include "base/result.hpp"

namespace limn {

// Lets the process have as many files and connections open as so many jobs need, `images` at most
// for each of them. FailureClass::usage, with what to do, where the system does not allow it.
Done allow_open_files(int jobs, int images);

} // namespace limn
