#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>

namespace limn {

// How much may lie in a folder of copies, and for how long.
struct FolderRoom {
  std::uintmax_t most_bytes = 0;
  std::chrono::seconds kept_for{0};
};

// Takes out what is too old, and of the rest the oldest until half of the room is free, where more
// than all of it is taken. From any thread.
void make_room(const std::filesystem::path& folder, const FolderRoom& room);

} // namespace limn
