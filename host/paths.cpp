#include "paths.hpp"

#include <cstdlib>
#include <string>

namespace limn {

namespace {

std::string env(const char* name)
{
  const char* value = std::getenv(name);
  return value ? value : "";
}

} // namespace

std::filesystem::path state_folder()
{
  // The XDG specification: a relative path in the variable is to be ignored.
  const std::filesystem::path state = env("XDG_STATE_HOME");
  return (state.is_absolute() ? state : std::filesystem::path(env("HOME")) / ".local/state")
         / "limn";
}

std::filesystem::path installed_plugin_folder()
{
  std::error_code error;
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? std::filesystem::path()
               : (executable.parent_path() / LIMN_PLUGIN_DIR_FROM_BIN).lexically_normal();
}

std::filesystem::path absolute_path(const std::filesystem::path& path)
{
  const auto text = path.string();
  if (text == "~" || text.starts_with("~/")) {
    return (std::filesystem::path(env("HOME")) / text.substr(std::min<std::size_t>(2, text.size())))
      .lexically_normal();
  }
  return std::filesystem::absolute(path).lexically_normal();
}

} // namespace limn
