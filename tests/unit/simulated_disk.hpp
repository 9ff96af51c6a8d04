#pragma once

#include "simulated_world.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace limn::test {

// What is on the disk of a world, for a process that is killed within a call: what it does in the
// rest of it is undone.
class SimulatedDisk
{
public:
  explicit SimulatedDisk(const World& world) : m_world(world) {}

  // So much of the journal and the manifest survives a power cut.
  void synced();

  // As it is now.
  void remember();

  // As it was then. PowerCut::yes: what was not brought to the disk is cut somewhere.
  enum class PowerCut { no, yes };
  void restore(PowerCut power_cut, std::mt19937& random) const;

  // Empties the folders.
  void clear() const;

private:
  using Text = std::optional<std::string>; // none: there is no such file

  const World& m_world;
  std::set<std::filesystem::path> m_files;
  Text m_manifest;
  Text m_journal;
  std::uint64_t m_synced_manifest = 0;
  std::uint64_t m_synced_journal = 0;
};

} // namespace limn::test
