#pragma once

#include "base/redaction.hpp"
#include "model/gateway.hpp"

namespace limn {

// All that nobody may read of a gateway: its key, the values of headers and settings whose names
// say that they are secret, the password and the query's secrets of its URL. Values of other
// headers are hidden where they stand whole. And what everybody may: its name and its URL.
void add_secrets(Redactor& redactor, const Gateway& gateway);

// The values whose names say that they are secret.
void add_secrets(Redactor& redactor, const Pairs& pairs);

} // namespace limn
