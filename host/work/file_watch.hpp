#pragma once

#include "base/descriptor.hpp"
#include "loop/loop.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <vector>

namespace limn {

// Files that are watched for what others do with them (inotify), on the loop's thread. Some file
// systems cannot tell, and a user has so many watches: whoever waits looks for itself, too.
class FileWatch
{
public:
  using Told = std::function<void(const std::vector<int>& files)>;

  // The loop is borrowed. `told` hears which files something of `events` (IN_MODIFY, ...) happened
  // to, also of one that is gone and watched no more; all of them where that is not known.
  FileWatch(Loop& loop, std::uint32_t events, Told told);

  // Its number, the same for the same file; nothing where it cannot be watched.
  std::optional<int> add(const std::filesystem::path& file);

private:
  void read();

  Loop& m_loop;
  std::uint32_t m_events;
  Told m_told;
  Descriptor m_file; // once there is something to watch
  Watch m_watch;
  std::set<int> m_watched; // their numbers
};

} // namespace limn
