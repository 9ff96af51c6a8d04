#pragma once

#include "base/result.hpp"
#include "model/job.hpp"

#include <span>
#include <string>
#include <vector>

namespace limn {

// That a mask has transparent parts, where all of `models`, which are those that may be asked, are
// gpt-image models: others take one in black and white. FailureClass::usage. Nothing where there is
// none, or it was not fetched yet.
Done check_mask_parts(std::span<const Input> inputs, const std::vector<std::string>& models);

} // namespace limn
