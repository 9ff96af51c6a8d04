#include "work/previews.hpp"

#include "base/files.hpp"
#include "output/image_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <tuple>

namespace limn {

namespace {

using Path = std::filesystem::path;

constexpr std::chrono::hours k_longest_job{48}; // an attempt takes a day at most

Path folder_of_previews(const Path& state_folder)
{
  return state_folder / "previews";
}

Path folder_of(const Path& state_folder, const std::string& job)
{
  return folder_of_previews(state_folder) / job;
}

std::vector<Path> entries_of(const Path& folder)
{
  std::vector<Path> paths;
  std::error_code error;
  std::filesystem::directory_iterator entries(folder, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    paths.push_back(entries->path());
  }
  return paths;
}

std::optional<int> number_from(std::string_view text)
{
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(number)
                                                                  : std::nullopt;
}

// "2-0.png" is the first one of the second image.
std::optional<KeptPreview> preview_of(const Path& file)
{
  const auto name = file.stem().string();
  const auto dash = name.find('-');
  const auto image = number_from(std::string_view(name).substr(0, dash));
  const auto index =
    dash == std::string::npos ? std::nullopt : number_from(std::string_view(name).substr(dash + 1));
  return image && index ? std::optional(KeptPreview{*image, *index, file}) : std::nullopt;
}

} // namespace

void keep_preview(const Path& state_folder, const std::string& job, int image, int index,
                  const ByteSource& picture)
{
  const auto folder = folder_of(state_folder, job);
  const auto format = format_of(picture);
  if (!format || !make_private_folder(folder)) {
    return;
  }
  auto file = copied(picture, folder);
  if (file) {
    const auto name = fmt::format("{}-{}.{}", image, index, extension_of(*format));
    static_cast<void>(file->link_to(folder / name, Sync::elsewhere)); // it need not outlive a crash
  }
}

std::vector<KeptPreview> kept_previews(const Path& state_folder, const std::string& job)
{
  std::vector<KeptPreview> previews;
  for (const auto& path : entries_of(folder_of(state_folder, job))) {
    if (auto preview = preview_of(path)) {
      previews.push_back(std::move(*preview));
    }
  }
  std::ranges::sort(previews, {}, [](const KeptPreview& preview) {
    return std::tuple(preview.image, preview.index);
  });
  return previews;
}

void forget_previews(const Path& state_folder, const std::string& job)
{
  std::error_code error;
  std::filesystem::remove_all(folder_of(state_folder, job), error);
}

void forget_old_previews(const Path& state_folder)
{
  const auto old = std::filesystem::file_time_type::clock::now() - k_longest_job;
  for (const auto& folder : entries_of(folder_of_previews(state_folder))) {
    std::error_code error;
    const auto written = std::filesystem::last_write_time(folder, error);
    if (!error && written < old) {
      std::filesystem::remove_all(folder, error);
    }
  }
}

} // namespace limn
