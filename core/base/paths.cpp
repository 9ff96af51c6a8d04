#include "base/paths.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

namespace limn {

std::filesystem::path home_folder()
{
  if (const char* home = std::getenv("HOME"); home != nullptr && home[0] == '/') {
    return tidy(home);
  }
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> memory(16'384);
  if (getpwuid_r(getuid(), &entry, memory.data(), memory.size(), &found) == 0 && found != nullptr
      && entry.pw_dir != nullptr && entry.pw_dir[0] == '/') {
    return tidy(entry.pw_dir);
  }
  return {};
}

std::filesystem::path xdg_folder(const char* variable, std::string_view fallback)
{
  // The XDG specification: a relative path in such a variable is to be ignored.
  if (const char* folder = std::getenv(variable); folder != nullptr && folder[0] == '/') {
    return tidy(folder);
  }
  const auto home = home_folder();
  return home.empty() ? home : home / fallback;
}

std::optional<std::filesystem::path> absolute_path(std::string_view text)
{
  if (text == "~" || text.substr(0, 2) == "~/") {
    const auto home = home_folder();
    if (home.empty()) {
      return std::nullopt;
    }
    return tidy(home.string() + "/" + std::string(text.substr(1)));
  }
  if (text.empty() || text.front() != '/') {
    return std::nullopt;
  }
  return tidy(text);
}

std::filesystem::path tidy(const std::filesystem::path& path)
{
  auto result = path.lexically_normal();
  return result.has_filename() || result == result.root_path() ? result : result.parent_path();
}

} // namespace limn
