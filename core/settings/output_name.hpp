#pragma once

#include "settings/settings.hpp"
#include "settings/value.hpp"

namespace limn {

// `output.name`. Says at once what would otherwise come up only after an image has been paid for.
Done read_output_name(const Value& value, Settings& settings);

} // namespace limn
