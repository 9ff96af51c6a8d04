#include "work/passing.hpp"

#include <chrono>

namespace limn {

namespace {

constexpr std::chrono::hours k_longest_job{48}; // an attempt takes a day at most

} // namespace

std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder)
{
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    paths.push_back(entries->path());
  }
  return paths;
}

void remove_old_folders(const std::filesystem::path& above)
{
  const auto old = std::filesystem::file_time_type::clock::now() - k_longest_job;
  for (const auto& folder : entries_of(above)) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(folder, error);
    if (!error && written < old) {
      std::filesystem::remove_all(folder, error);
    }
  }
}

} // namespace limn
