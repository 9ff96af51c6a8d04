#pragma once

#include "base/descriptor.hpp"
#include "job/viewer_process.hpp"
#include "loop/loop.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace limn {

// Small JPEGs of pictures that were saved, for who cannot open their files: made by limn-view while
// the loop goes on, one after the other, within five seconds in all. Who ends this before ends what
// is under way.
class SmallPictures
{
public:
  static constexpr std::size_t k_most = 4;            // of the first files
  static constexpr int k_longest_side = 768;          // pixels
  static constexpr std::size_t k_too_large = 200'000; // bytes, which each is below
  static constexpr std::size_t k_together = 600'000;  // and all are not above

  // How large each may become.
  struct Room {
    int longest_side = k_longest_side;
    std::size_t most_bytes = k_too_large - 1;
  };

  // `jpegs`: the bytes of each that could be made, in the order of the files. `problem`: what is
  // wrong with the others, as a sentence; empty if nothing is.
  struct Made {
    std::vector<std::string> jpegs;
    std::string problem;
  };

  // `told` is called once, from the loop, later; it may end this. The loop is borrowed.
  SmallPictures(Loop& loop, std::vector<std::filesystem::path> files,
                std::function<void(Made)> told);
  SmallPictures(Loop& loop, std::vector<std::filesystem::path> files,
                std::function<void(Made)> told, Room room);
  SmallPictures(const SmallPictures&) = delete;
  SmallPictures& operator=(const SmallPictures&) = delete;
  ~SmallPictures();

private:
  void next();
  void begin(const std::filesystem::path& file);
  void took_end();
  void failed(std::string_view why);
  void finish();

  Loop& m_loop;
  std::vector<std::filesystem::path> m_files;
  Room m_room;
  std::size_t m_count; // of those that are made
  std::size_t m_next = 0;
  std::function<void(Made)> m_told;
  Made m_made;
  std::unique_ptr<ViewerProcess> m_process;
  Watch m_watch; // of m_process; ends before it
  Descriptor m_jpeg;
  Timer m_patience;
  Timer m_first; // so that nothing is told before it is wanted
};

} // namespace limn
