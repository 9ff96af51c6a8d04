#pragma once

#include "engine/attempt_run.hpp"
#include "price/picture_cost.hpp"

namespace limn {

// What a finished attempt tells of its price, the gateway's own word (Receipt::told) included.
Receipt receipt_of(const AttemptResult& result);

} // namespace limn
