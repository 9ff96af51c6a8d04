#pragma once

#include "picture/image_header.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A picture that is not finished, of an image of a job that is under way.
struct KeptPreview {
  int image = 1; // its number within the job
  int index = 0; // as JobListener::preview has it
  std::filesystem::path file;
};

// Where a worker keeps what its gateway shows on the way, for those who wait for the job:
// STATE/previews/JOB, which its user alone may look into. A file is there whole or not at all, and
// until the job is over. What cannot be kept is left out: nothing fails, nor waits, for a preview.
void keep_preview(const std::filesystem::path& state_folder, const std::string& job, int image,
                  int index, const ByteSource& picture);

// Those that are there, by image and index.
std::vector<KeptPreview> kept_previews(const std::filesystem::path& state_folder,
                                       const std::string& job);

// The job is over.
void forget_previews(const std::filesystem::path& state_folder, const std::string& job);

// What processes left that were killed.
void forget_old_previews(const std::filesystem::path& state_folder);

} // namespace limn
