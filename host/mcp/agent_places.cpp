#include "mcp/agent_places.hpp"

#include "base/paths.hpp"

#include <algorithm>
#include <array>

namespace limn {

namespace {

using Path = std::filesystem::path;

void add_all(std::vector<Path>& to, const std::vector<Path>& more)
{
  to.insert(to.end(), more.begin(), more.end());
}

bool is_below(const Path& path, const Path& folder)
{
  const auto [end, other] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

bool is_hidden(const Path& below)
{
  return std::ranges::any_of(below, [](const Path& part) {
    return part.native().starts_with('.') && part != "." && part != "..";
  });
}

// Where the system has what is its own.
bool is_of_system(const Path& folder)
{
  constexpr std::array k_of_system{"/bin",  "/boot", "/dev",  "/etc", "/lib", "/lib64",
                                   "/proc", "/run",  "/sbin", "/sys", "/usr", "/var"};
  return std::ranges::any_of(k_of_system,
                             [&](const char* of_system) { return is_below(folder, of_system); });
}

// Hosts start servers in the project that they work on, in the home folder, or in /. Both are
// without links.
bool is_project(const Path& folder, const Path& home)
{
  if (!folder.is_absolute() || is_below(home, folder)) { // the home folder, or above it
    return false;
  }
  return is_below(folder, home) ? !is_hidden(folder.lexically_relative(home))
                                : !is_of_system(folder) && !is_hidden(folder);
}

} // namespace

Places agent_places(const Settings& settings, const McpClient& client)
{
  const auto home = home_folder();
  Places places;
  places.to_write.push_back(usual_folder(settings));
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (!client.is_remote && !error
      && is_project(here, std::filesystem::weakly_canonical(home, error))) {
    places.to_write.push_back(here);
  }
  add_all(places.to_write, settings.mcp.output_directories);
  add_all(places.to_read, settings.mcp.input_directories);
  for (const auto* name : {"Pictures", "Downloads"}) {
    places.to_read.push_back(home / name);
  }
  return places;
}

} // namespace limn
