#include "plugin/search.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

namespace limn {

namespace {

namespace fs = std::filesystem;

// A process with more rights than its user must not take code from where the user says:
// secure_getenv sees nothing then.
std::string_view trusted_environment(const char* name)
{
  const char* value = ::secure_getenv(name);
  return value ? value : std::string_view();
}

class Collector
{
public:
  explicit Collector(Log& log) : m_log(log) {}

  void add_named(const fs::path& file)
  {
    m_found.groups.emplace_back();
    add_file(file);
    m_found.places.push_back(file.string());
  }

  void add_directory(const fs::path& directory)
  {
    const auto name = directory.string();
    if (!directory.is_absolute()) {
      m_log.write(LogLevel::warning,
                  fmt::format("plugin folder \"{}\" is left out: its path is not absolute", name));
      m_found.places.push_back(fmt::format("\"{}\" (left out: not absolute)", name));
      return;
    }
    std::error_code error;
    fs::directory_iterator entries(directory, error);
    if (error) {
      if (error == std::errc::no_such_file_or_directory) {
        m_found.places.push_back(fmt::format("{} (not there)", name));
        return;
      }
      m_log.write(LogLevel::warning,
                  fmt::format("plugin folder {} cannot be read: {}", name, error.message()));
      m_found.places.push_back(fmt::format("{} ({})", name, error.message()));
      return;
    }
    std::vector<fs::path> files;
    for (; entries != fs::directory_iterator(); entries.increment(error)) {
      if (entries->path().extension() == ".so") {
        files.push_back(entries->path());
      }
    }
    std::ranges::sort(files);
    m_found.groups.emplace_back();
    for (const auto& file : files) {
      add_file(file);
    }
    m_found.places.push_back(
      fmt::format("{} ({} {})", name, files.size(), files.size() == 1 ? "file" : "files"));
  }

  PluginFiles take() { return std::move(m_found); }

private:
  // To the last group.
  void add_file(const fs::path& file)
  {
    struct ::stat status {
    };
    // What cannot be examined stays in the list: the loader says why.
    if (::stat(file.c_str(), &status) == 0
        && !m_seen.emplace(status.st_dev, status.st_ino).second) {
      m_log.write(LogLevel::debug,
                  fmt::format("plugin {} was found before under another name", file.string()));
      return;
    }
    m_found.groups.back().push_back(file);
  }
  Log& m_log;
  PluginFiles m_found;
  std::set<std::pair<::dev_t, ::ino_t>> m_seen;
};

} // namespace

std::vector<fs::path> plugin_directories(const std::vector<fs::path>& configured,
                                         const fs::path& installed)
{
  std::vector<fs::path> directories;
  auto rest = trusted_environment("LIMN_PLUGIN_PATH");
  while (!rest.empty()) {
    const auto colon = std::min(rest.find(':'), rest.size());
    // Elsewhere an empty element means the current folder; here it means nothing.
    if (colon > 0) {
      directories.emplace_back(rest.substr(0, colon));
    }
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  directories.insert(directories.end(), configured.begin(), configured.end());

  // The XDG base directory specification: a relative value is to be ignored.
  if (const fs::path home = trusted_environment("XDG_DATA_HOME"); home.is_absolute()) {
    directories.push_back(home / "limn/plugins");
  } else if (const fs::path user = trusted_environment("HOME"); user.is_absolute()) {
    directories.push_back(user / ".local/share/limn/plugins");
  }
  if (!installed.empty()) {
    directories.push_back(installed);
  }
  return directories;
}

PluginFiles find_plugin_files(const PluginSearch& search, Log& log)
{
  Collector collector(log);
  for (const auto& file : search.files) {
    collector.add_named(file);
  }
  for (const auto& directory : search.directories) {
    collector.add_directory(directory);
  }
  return collector.take();
}

} // namespace limn
