#pragma once

#include <string>
#include <string_view>

namespace limn::ai_hosts {

// JSON5 as JSON with comments, line for line: texts in single quotes, names without quotes, texts
// over several lines. Numbers become texts. What is no JSON5 stays what it is: the parser says so.
std::string json_of_json5(std::string_view text);

} // namespace limn::ai_hosts
