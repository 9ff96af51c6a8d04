#pragma once

#include <filesystem>
#include <string>

// What a process takes from itself before it runs the code of a plugin. None of it can be undone.

namespace limn {

// Ends with its parent, cannot be traced, leaves no core file, gains no rights by a file that it
// executes, holds at most 1 GiB, and has no descriptor open behind `last_descriptor`.
void give_up_rights(int last_descriptor);

// Of files, only those of the system's libraries, and the libraries in the plugin's own folder, can
// be opened from here on (Landlock). The error number where it cannot be done.
int read_only_libraries(const std::filesystem::path& plugin);

// From here on the kernel refuses everything but what a list allows (seccomp); `loading` may in
// addition open files for reading, and map code. The error number where it cannot be done.
enum class Allow { loading, calls };
int allow_only(Allow allow);

std::string libseccomp_version();

} // namespace limn
