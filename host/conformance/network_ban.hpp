#pragma once

#include "base/result.hpp"

namespace limn::conformance {

// From now on, and for ever, a process that asks for an internet socket is ended by SIGSYS.
Done ban_network();

} // namespace limn::conformance
