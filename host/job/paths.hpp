#pragma once

#include <filesystem>

namespace limn {

// $XDG_STATE_HOME/limn, or ~/.local/state/limn; "limn" if there is no home at all.
std::filesystem::path state_folder();

// The folder of plugins that belongs to this executable, whether installed or in a build tree.
std::filesystem::path installed_plugin_folder();

// What shows pictures: limn-view of this installation or build tree.
std::filesystem::path viewer_file();

// What this executable was installed under, e.g. /usr/local; the same for a build tree.
std::filesystem::path installed_prefix();

// This command, by the absolute path under which it was started: a link to it, which the next
// version may be behind as well, stays. What is behind it where that path leads elsewhere by now.
std::filesystem::path started_command();

// A path that the user gave on the command line, made absolute: against the current folder, a
// leading "~/" is the home folder. As it is if there is no current folder any more.
std::filesystem::path from_here(const std::filesystem::path& path);

} // namespace limn
