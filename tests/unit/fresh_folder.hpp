#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

namespace limn::test {

// An empty folder of a test's own, gone with all that is in it when it goes.
class FreshFolder
{
public:
  explicit FreshFolder(const std::filesystem::path& parent = std::filesystem::temp_directory_path())
  {
    auto pattern = (parent / "limn-test-XXXXXX").string();
    if (!::mkdtemp(pattern.data())) {
      throw std::runtime_error("no folder can be made in " + parent.string());
    }
    m_path = pattern;
  }
  FreshFolder(const FreshFolder&) = delete;
  FreshFolder& operator=(const FreshFolder&) = delete;
  ~FreshFolder()
  {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }

  const std::filesystem::path& path() const { return m_path; }

  std::filesystem::path write(const std::string& name, std::string_view bytes) const
  {
    std::ofstream(m_path / name, std::ios::binary) << bytes;
    return m_path / name;
  }

private:
  std::filesystem::path m_path;
};

inline std::string content_of(const std::filesystem::path& file)
{
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

} // namespace limn::test
