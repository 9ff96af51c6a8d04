#include "mcp/agent_places.hpp"

#include "base/paths.hpp"

namespace limn {

namespace {

using Path = std::filesystem::path;

void add_all(std::vector<Path>& to, const std::vector<Path>& more)
{
  to.insert(to.end(), more.begin(), more.end());
}

// Hosts start servers in the project that they work on, in the home folder, or in /.
bool is_project(const Path& folder, const Path& home)
{
  const auto [end, other] =
    std::mismatch(folder.begin(), folder.end(), home.begin(), home.end());
  const bool is_home_or_above = end == folder.end();
  return folder.is_absolute() && !is_home_or_above;
}

} // namespace

Places agent_places(const Settings& settings)
{
  const auto home = home_folder();
  Places places;
  places.to_write.push_back(settings.output_directory.empty() ? home / "Pictures" / "limn"
                                                              : settings.output_directory);
  std::error_code error;
  const auto here = std::filesystem::current_path(error);
  if (!error && is_project(here, home)) {
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
