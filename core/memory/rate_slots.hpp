#pragma once

#include "base/descriptor.hpp"

#include <filesystem>
#include <vector>

namespace limn {

// Places for requests at the same time, shared by all processes: one byte of a file each, locked by
// who has it. The kernel frees the places of a process that dies.
class RateSlots
{
public:
  // False if the file cannot be opened; then `take` counts within this object only.
  bool open(const std::filesystem::path& file);

  // A place below `most`, to be given back; -1 if all are taken.
  int take(int most);
  void give_back(int slot);

  int mine() const { return static_cast<int>(m_mine.size()); }

private:
  bool lock(int slot, short how) const;

  Descriptor m_file;
  std::vector<int> m_mine;
};

} // namespace limn
