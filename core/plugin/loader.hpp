#pragma once

#include "base/result.hpp"

#include <limn/abi.h>

#include <filesystem>

namespace limn {

// Loads the plugin, for ever, after all that can be known of the file without running its code has
// been checked: who could have written it, that it is a whole library for this machine, and that it
// carries the entry of this contract. Failures (class settings) say what is wrong with it in a
// sentence that does not begin with its name.
Result<const limn_entry*> load_plugin(const std::filesystem::path& file);

// Only what can be known without running its code, and no more.
Done check_plugin_file(const std::filesystem::path& file);

} // namespace limn
