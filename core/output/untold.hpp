#pragma once

#include "base/result.hpp"
#include "output/kept.hpp"

#include <filesystem>
#include <vector>

namespace limn {

// The images that are at their places while nobody could be told so: a file of their paths.
//
// Adds these to it.
Done note_untold(const std::filesystem::path& notes,
                 const std::vector<std::filesystem::path>& images);

// Those that are still there, as they are now. Nothing if there are no notes.
std::vector<KeptFile> untold_files(const std::filesystem::path& notes);

// These were told.
Done forget_untold(const std::filesystem::path& notes,
                   const std::vector<std::filesystem::path>& images);

} // namespace limn
