#pragma once

#include <optional>

namespace limn {

// What the process of an isolated plugin does from its first to its last moment. Nothing, if that
// is not what this process was started for; else its exit status. For `main`, before anything else.
std::optional<int> isolated_main(int argc, char** argv);

} // namespace limn
