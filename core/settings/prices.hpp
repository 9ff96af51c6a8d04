#pragma once

#include "price/price_list.hpp"
#include "settings/settings.hpp"
#include "settings/value.hpp"

#include <string>

namespace limn {

// The `prices:` of limn.yaml. What it does not say of a model that has a built-in line stays as it
// is there.
Done read_prices(const Value& value, Settings& settings);

// "{text_in: 5, image_in: 8, text_out: 10, image_out: 30}" or "{image: 0.04}", as limn.yaml has it.
std::string show_prices(const ModelPrices& prices);

} // namespace limn
