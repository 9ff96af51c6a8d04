#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "model/gateway.hpp"

#include <chrono>

namespace limn {

// The secret that the desktop's keyring holds under these attributes, asked for with libsecret's
// `secret-tool lookup NAME VALUE ...` (its manual page; found on PATH, run without a shell). Blocks
// until it answers: the keyring may ask the user to unlock it, so `patience` is long. The failure,
// of FailureClass::settings, says what is missing. Only the attributes, never the secret, stand in
// process arguments.
Result<Secret> look_up_in_keyring(const Pairs& attributes,
                                  std::chrono::milliseconds patience = std::chrono::minutes(2));

} // namespace limn
