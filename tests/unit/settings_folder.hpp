#pragma once

#include "settings/load.hpp"

#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace limn::test {

// A fresh folder with settings files in it, which is also the home folder while it lives.
class SettingsFolder
{
public:
  SettingsFolder()
  {
    auto pattern = (std::filesystem::temp_directory_path() / "limn-settings-XXXXXX").string();
    m_path = ::mkdtemp(pattern.data());
    if (const char* home = std::getenv("HOME")) {
      m_home = home;
    }
    ::setenv("HOME", m_path.c_str(), 1);
  }
  SettingsFolder(const SettingsFolder&) = delete;
  SettingsFolder& operator=(const SettingsFolder&) = delete;
  ~SettingsFolder()
  {
    if (m_home) {
      ::setenv("HOME", m_home->c_str(), 1);
    } else {
      ::unsetenv("HOME");
    }
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }

  const std::filesystem::path& path() const { return m_path; }
  SettingsFiles files() const { return {m_path / "limn.yaml", m_path / "preferences.yaml"}; }

  void write(const std::string& name, std::string_view text, mode_t mode = 0600) const
  {
    std::ofstream(m_path / name, std::ios::binary) << text;
    ::chmod((m_path / name).c_str(), mode);
  }

  std::string read(const std::string& name) const
  {
    std::ostringstream text;
    text << std::ifstream(m_path / name, std::ios::binary).rdbuf();
    return text.str();
  }

  Result<Settings> load() const
  {
    std::vector<std::string> warnings;
    return load(warnings);
  }
  Result<Settings> load(std::vector<std::string>& warnings) const
  {
    return load_settings(files(), warnings);
  }

  // What loading complains about, without the folder: "limn.yaml:1:1: ...". Empty if it does not.
  std::string complaint() const
  {
    const auto settings = load();
    if (settings) {
      return {};
    }
    return without_folder(settings.error().message);
  }

  std::string without_folder(std::string text) const
  {
    const auto folder = m_path.string() + "/";
    for (auto at = text.find(folder); at != std::string::npos; at = text.find(folder, at)) {
      text.erase(at, folder.size());
    }
    return text;
  }

private:
  std::filesystem::path m_path;
  std::optional<std::string> m_home;
};

} // namespace limn::test
