#pragma once

#include "base/result.hpp"
#include "model/job.hpp"

#include <string>

namespace limn {

// An image to work from, as people name it: a file; an entry of the history ("last", an id or its
// first letters); - for standard input, which is read here; an https address or one in a
// store, which the engine fetches. A file of that name comes before an entry. Its media type and
// dimensions are read from its bytes. FailureClass::usage if it cannot be read or is no image that
// gateways take, with what it is instead. Waits for no pipe that is a file.
Result<Input> read_input(const std::string& name, Input::Role role);

} // namespace limn
