#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// `text` as a YAML scalar on one line: plain where every reader takes it for this text, else in
// double quotes.
std::string yaml_text(std::string_view text);

// "[a, b]"
std::string yaml_list(const std::vector<std::string>& texts);

} // namespace limn
