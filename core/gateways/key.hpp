#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "settings/settings.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace limn {

inline constexpr std::size_t k_max_key_size = 16 * 1024; // of what a file or a keyring holds

// The key of a gateway of limn.yaml: written there (`${NAME}` stands for a variable), in the
// variable `api_key_env`, in the file `api_key_file` (its first line), or in the desktop's keyring
// under `api_key_keyring`. The failure says why
// there is none and is fit to be shown; it never holds a piece of the key. A file that others can
// read gives a warning with the chmod.
Result<Secret> resolve_key(const GatewaySettings& settings, std::vector<std::string>& warnings);

} // namespace limn
