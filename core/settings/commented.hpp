#pragma once

#include <string>
#include <string_view>

namespace limn {

// A limn.yaml in which every setting is explained in a line and stands as a comment with its
// default, or with an example where there is none: "#key: value" may be uncommented as it is, "#
// ..." is prose. `gateways`: what stands under `gateways:`, a list's items and comments with two
// spaces in front; empty: there is an example. Below a section the settings are "#  key: value".
std::string commented_settings(std::string_view gateways);

} // namespace limn
