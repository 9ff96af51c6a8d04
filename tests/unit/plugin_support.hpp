// What the tests of the plugin floor share.
#pragma once

#include "base/log.hpp"
#include "base/result.hpp"

#include <stdlib.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::test {

// A fresh folder, gone at the end.
class ScratchFolder
{
public:
  ScratchFolder()
  {
    auto name = (std::filesystem::temp_directory_path() / "limn-test-XXXXXX").string();
    if (!::mkdtemp(name.data())) {
      throw std::runtime_error("no scratch folder");
    }
    // Without links in it, so that paths compare as text.
    m_path = std::filesystem::canonical(name);
  }
  ~ScratchFolder()
  {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const std::filesystem::path& path() const { return m_path; }
  std::filesystem::path operator/(std::string_view name) const { return m_path / name; }

private:
  std::filesystem::path m_path;
};

// Sets a variable (or unsets it), and puts back what was there.
class ScopedVariable
{
public:
  ScopedVariable(std::string name, const char* value) : m_name(std::move(name))
  {
    if (const char* before = std::getenv(m_name.c_str())) {
      m_before = before;
    }
    set(value);
  }
  ~ScopedVariable() { set(m_before ? m_before->c_str() : nullptr); }
  ScopedVariable(const ScopedVariable&) = delete;
  ScopedVariable& operator=(const ScopedVariable&) = delete;

private:
  void set(const char* value) const
  {
    if (value) {
      ::setenv(m_name.c_str(), value, 1);
    } else {
      ::unsetenv(m_name.c_str());
    }
  }

  std::string m_name;
  std::optional<std::string> m_before;
};

class RecordingLog : public Log
{
public:
  bool wants(LogLevel level) const override { return level <= most; }
  void write(LogLevel level, std::string_view line) override
  {
    lines.emplace_back(level, std::string(line));
  }

  // The lines of that level, one below the other.
  std::string text(LogLevel level) const
  {
    std::string text;
    for (const auto& [its_level, line] : lines) {
      if (its_level == level) {
        text += line + "\n";
      }
    }
    return text;
  }

  LogLevel most = LogLevel::debug;
  std::vector<std::pair<LogLevel, std::string>> lines;
};

inline std::string read_file(const std::filesystem::path& file)
{
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_file(const std::filesystem::path& file, std::string_view content)
{
  std::filesystem::create_directories(file.parent_path());
  std::ofstream stream(file, std::ios::binary);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  stream.close();
  ::chmod(file.c_str(), 0600);
}

inline const std::filesystem::path k_plugins = LIMN_TEST_PLUGIN_DIR;
inline const std::filesystem::path k_broken_plugins = LIMN_BROKEN_PLUGIN_DIR;

// A copy with rights that do not depend on the umask of who built the plugin.
inline std::filesystem::path install(const std::filesystem::path& plugin,
                                     const std::filesystem::path& target)
{
  write_file(target, read_file(plugin));
  return target;
}

inline std::filesystem::path install_broken(const ScratchFolder& folder, const std::string& name)
{
  return install(k_broken_plugins / (name + ".so"), folder / (name + ".so"));
}

} // namespace limn::test
