#include "job/paths.hpp"

#include "base/paths.hpp"

namespace limn {

std::filesystem::path state_folder()
{
  return xdg_folder("XDG_STATE_HOME", ".local/state") / "limn";
}

namespace {

// Seen from the folder of the executable.
std::filesystem::path from_bin(const char* path)
{
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path() : tidy(executable.parent_path() / path);
}

} // namespace

std::filesystem::path installed_plugin_folder()
{
  return from_bin(LIMN_PLUGIN_DIR_FROM_BIN);
}

std::filesystem::path viewer_file()
{
  return from_bin(LIMN_LIBEXEC_DIR_FROM_BIN) / "limn-view";
}

std::filesystem::path installed_prefix()
{
  return from_bin(LIMN_PREFIX_FROM_BIN);
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
