#pragma once

#include "settings/value.hpp"

#include <string>

namespace limn {

// `history:`, and how long its entries are kept.
Done read_history(const Value& value, Settings& settings);
std::string show_history(const Settings& settings);

} // namespace limn
