#include "job/paths.hpp"

#include "base/paths.hpp"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

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

// What the shell made of the command's name: the first of the PATH that can be run.
std::filesystem::path found_in_path(const std::string& name)
{
  const char* const path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "" : path;
  while (!folders.empty()) {
    const auto folder = folders.substr(0, folders.find(':'));
    folders.remove_prefix(std::min(folder.size() + 1, folders.size()));
    auto file = std::filesystem::path(folder) / name;
    if (folder.starts_with('/') && ::access(file.c_str(), X_OK) == 0) {
      return file;
    }
  }
  return {};
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

std::filesystem::path started_command()
{
  std::string name;
  std::ifstream words("/proc/self/cmdline", std::ios::binary);
  std::getline(words, name, '\0');
  auto started = name.find('/') == std::string::npos ? found_in_path(name) : from_here(name);
  std::error_code error;
  if (!started.empty() && std::filesystem::equivalent(started, "/proc/self/exe", error)) {
    return started;
  }
  const auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? started : executable;
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
