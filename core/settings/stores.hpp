#pragma once

#include "settings/settings.hpp"
#include "settings/value.hpp"

namespace limn {

// The `stores:` of limn.yaml, with origins.
Done read_stores(const Value& value, Settings& settings);

} // namespace limn
