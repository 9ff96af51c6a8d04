#include "work/previews.hpp"

#include "base/files.hpp"
#include "output/image_file.hpp"
#include "work/passing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

namespace limn {

namespace {

using Path = std::filesystem::path;

Path folder_of_previews(const Path& state_folder)
{
  return state_folder / "previews";
}

Path folder_of(const Path& state_folder, const std::string& job)
{
  return folder_of_previews(state_folder) / job;
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
  remove_old_folders(folder_of_previews(state_folder));
}

} // namespace limn
