#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace limn::test {

// An empty folder of a test's own, gone with all that is in it when it goes.
class FreshFolder
{
public:
  FreshFolder()
  {
    auto pattern = (std::filesystem::temp_directory_path() / "limn-test-XXXXXX").string();
    m_path = ::mkdtemp(pattern.data());
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
