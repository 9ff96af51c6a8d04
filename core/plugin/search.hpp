#pragma once

#include "base/log.hpp"
#include "plugin/plugin_process.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What `plugins.isolate` may hold in place of ids: every provider.
inline constexpr std::string_view k_isolate_all = "all";

// Which providers run in a process of their own.
struct Isolation {
  std::vector<std::string> ids;
  StartPluginProcess start; // not empty where there are ids
};

// Where to look for plugins.
struct PluginSearch {
  std::vector<std::filesystem::path> files;       // --plugin, in the order given
  std::vector<std::filesystem::path> directories; // in order of precedence; absolute
  Isolation isolation;
};

// The directories of LIMN_PLUGIN_PATH (colons between; ignored under AT_SECURE), then `configured`,
// then $XDG_DATA_HOME/limn/plugins, then `installed` (the folder that belongs to the executable).
// Relative ones are kept: the registry leaves them out, with a warning.
std::vector<std::filesystem::path>
plugin_directories(const std::vector<std::filesystem::path>& configured,
                   const std::filesystem::path& installed);

struct PluginFiles {
  // In order of precedence, each file once: every named file is a group of its own, and so is every
  // directory.
  std::vector<std::vector<std::filesystem::path>> groups;
  std::vector<std::string> places; // what was searched, with what came of it: "/a (not there)"
};

// The files of `search`, then those of its directories that are named *.so, sorted by name in each.
// What is left out is told to `log`.
PluginFiles find_plugin_files(const PluginSearch& search, Log& log);

} // namespace limn
