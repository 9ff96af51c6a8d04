#pragma once

#include "base/result.hpp"
#include "model/job.hpp"

#include <filesystem>

namespace limn {

// A file of the user's as an input of a job: its media type and dimensions are read from its bytes.
// FailureClass::usage if it cannot be read or is no whole image, with what it is instead. Waits for
// no pipe.
Result<Input> read_input(const std::filesystem::path& file, Input::Role role);

} // namespace limn
