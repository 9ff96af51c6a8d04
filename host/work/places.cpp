#include "work/places.hpp"

#include "base/paths.hpp"
#include "settings/settings.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>

namespace limn {

namespace {

using Path = std::filesystem::path;

// Both without links, and absolute.
bool is_within(const Path& path, const Path& folder)
{
  const auto [end, other] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

// As it is once all links of what is there already are followed.
Path without_links(const Path& path)
{
  std::error_code error;
  const auto real = std::filesystem::weakly_canonical(path, error);
  return error ? Path() : real;
}

bool is_within_any(const Path& real, const std::vector<Path>& folders)
{
  return !real.empty() && std::ranges::any_of(folders, [&](const Path& folder) {
    const auto root = without_links(folder);
    return !root.empty() && is_within(real, root);
  });
}

std::string list_of(const std::vector<Path>& folders)
{
  std::string text;
  for (const auto& folder : folders) {
    text += (text.empty() ? "" : ", ") + folder.string();
  }
  return text;
}

// "~/x" is below the home folder, other names are below the first place.
Path absolute_from(const Places& places, std::string_view asked)
{
  const auto absolute = absolute_path(asked);
  return absolute ? *absolute : tidy(places.to_write.front() / Path(asked));
}

} // namespace

Path usual_folder(const Settings& settings)
{
  return settings.output_directory.empty() ? home_folder() / "Pictures" / "limn"
                                           : settings.output_directory;
}

Result<Path> folder_within(const Places& places, std::string_view asked)
{
  if (std::ranges::any_of(asked, [](unsigned char c) { return c < ' ' || c == 0x7f; })) {
    return fail(FailureClass::usage, "directory: has characters in it that no folder should have");
  }
  const auto folder = asked.empty() ? places.to_write.front() : absolute_from(places, asked);
  const auto real = without_links(folder);
  if (!is_within_any(real, places.to_write)) {
    return fail(FailureClass::usage,
                fmt::format("directory: {} is in none of the folders that may be written to: {}",
                            folder.string(), list_of(places.to_write)),
                "name one of them or a folder below, or leave it out; the user adds folders by "
                "mcp.output_directories in limn.yaml");
  }
  return real;
}

Result<Path> file_within(const Places& places, std::string_view asked)
{
  auto all = places.to_write;
  all.insert(all.end(), places.to_read.begin(), places.to_read.end());
  const auto file = absolute_from(places, asked);
  const auto real = without_links(file);
  // What lies elsewhere is not told apart from what is not there.
  if (!is_within_any(real, all)) {
    return fail(FailureClass::usage,
                fmt::format("{} is in none of the folders that may be read from: {}", file.string(),
                            list_of(all)),
                "copy it into one of them; the user adds folders by mcp.input_directories in "
                "limn.yaml");
  }
  std::error_code error;
  if (!std::filesystem::is_regular_file(real, error)) {
    return fail(FailureClass::usage, fmt::format("{}: there is no such file", file.string()));
  }
  return real;
}

std::string problem_of(const Path& folder)
{
  auto there = folder;
  std::error_code error;
  while (!std::filesystem::exists(there, error) && there.has_relative_path()) {
    there = there.parent_path();
  }
  if (!std::filesystem::is_directory(there, error)) {
    return fmt::format("{} is no folder", there.string());
  }
  return ::access(there.c_str(), W_OK | X_OK) == 0
           ? std::string()
           : fmt::format("{}: {}", there.string(), std::strerror(errno));
}

} // namespace limn
