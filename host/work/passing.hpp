#pragma once

#include <filesystem>
#include <vector>

namespace limn {

// Files that belong to a job that is under way, in a folder of their own.

// What is in a folder; nothing where it cannot be looked into.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

// Removes those folders in `above` that are older than any job can be: their process was killed.
void remove_old_folders(const std::filesystem::path& above);

} // namespace limn
