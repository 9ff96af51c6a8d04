#pragma once

#include "model/failure.hpp"

namespace limn {

// The exit status is a contract with scripts; the numbers stand in the README and never change.
int exit_status(FailureClass failure_class);

} // namespace limn
