#pragma once

#include "job/small_pictures.hpp"
#include "loop/disk_thread.hpp"
#include "loop/loop.hpp"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace limn {

// $XDG_CACHE_HOME/limn, or ~/.cache/limn.
std::filesystem::path cache_folder();

// Small JPEGs of pictures of the history: each is made once, by limn-view, and kept in the cache
// folder for its user alone. A few are made at a time; the one asked for last comes first, since
// it is what somebody looks at.
class Thumbnails
{
public:
  static constexpr int k_side = 320; // pixels

  // The bytes of a JPEG; empty if none can be made.
  using Told = std::function<void(const std::string& jpeg)>;

  // The loop is borrowed.
  explicit Thumbnails(Loop& loop);

  // `id`: of the history. `file`: where its picture is; called from the disk's thread, and only
  // where the cache has none. `told` is called once, from the loop, later, unless it was let go.
  std::uint64_t get(const std::string& id,
                    std::function<std::optional<std::filesystem::path>()> file, Told told);
  void let_go(std::uint64_t asked);

  void forget(const std::string& id);

private:
  struct Wanted {
    std::uint64_t asked = 0;
    std::string id;
    std::filesystem::path file;
    Told told;
  };

  void next();
  void made(std::uint64_t asked, std::string jpeg);

  Loop& m_loop;
  std::filesystem::path m_folder;
  std::uint64_t m_last = 0;
  std::map<std::uint64_t, Wanted> m_looked_for; // in the cache
  std::deque<Wanted> m_waiting;
  struct Making {
    Wanted wanted;
    std::unique_ptr<SmallPictures> process;
  };
  std::map<std::uint64_t, Making> m_making;
  int m_since_room = 0; // made since room was looked for
  DiskThread m_disk;
};

} // namespace limn
