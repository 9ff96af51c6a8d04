#pragma once

#include "base/result.hpp"

#include <string_view>

namespace limn {

// Whether `text`, which `read_toml_text` takes, is TOML down to each number and escape, and says
// nothing twice. A failure is of class settings, "line 3: what", and quotes nothing.
Done check_toml_text(std::string_view text);

} // namespace limn
