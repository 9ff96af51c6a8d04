#pragma once

#include "base/log.hpp"
#include "plugin/registry.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace limn {

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
