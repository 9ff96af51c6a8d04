#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace limn::conformance {

// A home folder with gateways and keys in it that a config source may find; gone with this object.
// The N-th gateway is https://planted-N.example/v1, its key is the canary and "-N".
class PlantedHome
{
public:
  PlantedHome();
  PlantedHome(const PlantedHome&) = delete;
  PlantedHome& operator=(const PlantedHome&) = delete;
  ~PlantedHome();

  // All that a test's process has in its environment, as NAME=VALUE.
  std::vector<std::string> environment() const;

private:
  std::filesystem::path m_folder;
};

} // namespace limn::conformance
