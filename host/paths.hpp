#pragma once

#include <filesystem>

namespace limn {

// $XDG_STATE_HOME/limn, or ~/.local/state/limn.
std::filesystem::path state_folder();

// The folder of plugins that belongs to this executable, whether installed or in a build tree.
std::filesystem::path installed_plugin_folder();

// An absolute, lexically normal path; a leading "~/" is the home folder.
std::filesystem::path absolute_path(const std::filesystem::path& path);

} // namespace limn
