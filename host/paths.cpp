#include "paths.hpp"

#include "settings/paths.hpp"

namespace limn {

std::filesystem::path state_folder()
{
  return xdg_folder("XDG_STATE_HOME", ".local/state") / "limn";
}

std::filesystem::path installed_plugin_folder()
{
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path()
               : (executable.parent_path() / LIMN_PLUGIN_DIR_FROM_BIN).lexically_normal();
}

std::filesystem::path from_here(const std::filesystem::path& path)
{
  const auto absolute = absolute_path(path.string());
  if (absolute) {
    return *absolute;
  }
  std::error_code error;
  const auto from_current = std::filesystem::absolute(path, error);
  return error ? path : tidy(from_current);
}

} // namespace limn
