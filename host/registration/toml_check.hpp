#pragma once

#include "base/result.hpp"
#include "registration/json_text.hpp"

#include <string_view>

namespace limn {

// Whether `text`, which `read_toml_text` takes, is TOML down to each number and escape, and says
// nothing twice. A failure is of class settings, "line 3: what", and quotes nothing.
Done check_toml_text(std::string_view text);

// What it says, as JSON would: words are true, false and whole numbers, of all else that is neither
// text nor list nor table only that it is there. Members are in no order, and have no places.
Result<JsonNode> toml_tree(std::string_view text);

} // namespace limn
