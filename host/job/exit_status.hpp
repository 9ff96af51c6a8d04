#pragma once

#include "base/failure.hpp"
#include "job/interrupt.hpp"

namespace limn {

// The exit status is a contract with scripts; the numbers stand in docs/exit-statuses.md and never
// change.
int exit_status(FailureClass failure_class);

// Of a command that was ended by one: as a shell has it, 128 and the signal's number.
int exit_status(StopSignal signal);

} // namespace limn
