#include "conformance/planted_home.hpp"

#include "conformance/trial.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace limn::conformance {

namespace {

std::string url(int number)
{
  return fmt::format("https://planted-{}.example/v1", number);
}

std::string key(int number)
{
  return fmt::format("{}-{}", k_canary, number);
}

void write(const std::filesystem::path& file, const std::string& content)
{
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << content;
  std::filesystem::permissions(file, std::filesystem::perms::owner_read
                                       | std::filesystem::perms::owner_write);
}

} // namespace

PlantedHome::PlantedHome()
{
  auto name = (std::filesystem::temp_directory_path() / "limn-check-XXXXXX").string();
  if (!::mkdtemp(name.data())) {
    throw std::runtime_error("no temporary folder can be made");
  }
  m_folder = name;
  // The settings of a program whose gateways limn finds, too.
  write(m_folder / ".hermes/config.yaml",
        fmt::format("model:\n  base_url: {}\n  api_key: {}\n"
                    "custom_providers:\n  - name: unresolved\n    base_url: {}\n"
                    "    api_key: ${{NO_SUCH_VARIABLE_7}}\n",
                    url(3), key(3), url(4)));
  write(m_folder / ".hermes/.env", fmt::format("SOME_OTHER_KEY={}\n", key(9)));
}

PlantedHome::~PlantedHome()
{
  std::error_code ignored;
  std::filesystem::remove_all(m_folder, ignored);
}

std::vector<std::string> PlantedHome::environment() const
{
  std::vector<std::string> all{"HOME=" + m_folder.string(), "TMPDIR=" + m_folder.string(),
                               "PATH=/usr/bin:/bin",        "LANG=C.UTF-8",
                               "OPENAI_BASE_URL=" + url(1), "OPENAI_API_KEY=" + key(1),
                               "CLAWTO_BASE_URL=" + url(2), "CLAWTO_API_KEY=" + key(2),
                               "ACME_TOKEN=" + key(8)};
  // Without these, neither the plugin nor limn itself may be found a library or a setting short.
  for (const auto* name : {"LD_LIBRARY_PATH", "LD_PRELOAD", "ASAN_OPTIONS", "UBSAN_OPTIONS",
                           "TSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* value = ::secure_getenv(name)) {
      all.push_back(std::string(name) + '=' + value);
    }
  }
  return all;
}

} // namespace limn::conformance
