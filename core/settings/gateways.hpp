#pragma once

#include "settings/settings.hpp"
#include "settings/value.hpp"

namespace limn {

// The `gateways:` of limn.yaml, with origins.
Done read_gateways(const Value& value, Settings& settings);

// A map of any depth as pairs, with their origins: nested keys joined by dots, items of lists
// numbered from 0. Values that are left out are skipped.
Result<Pairs> read_pairs(const Value& value, Settings& settings);

// The `settings:` of limn.yaml, by component id.
Done read_components(const Value& value, Settings& settings);

// Whether `limn.yaml` holds a key in clear text.
bool holds_key(const Settings& settings);

} // namespace limn
