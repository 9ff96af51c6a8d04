#pragma once

#include "base/key_lookalikes.hpp"

#include <string_view>
#include <vector>

namespace limn {

// Adds to `found` where a key too short to be told from a word stands as the whole value of what
// carries a key: `Bearer ...`, a JSON string, a query's parameter, a header that names one.
void find_short_key(std::string_view text, std::string_view key, std::vector<TextRange>& found);

} // namespace limn
