#include "serve/page_room.hpp"

#include <algorithm>
#include <vector>

namespace limn {

void make_room(const std::filesystem::path& folder, const FolderRoom& room)
{
  using std::filesystem::file_time_type;
  struct Copy {
    file_time_type time;
    std::uintmax_t bytes = 0;
    std::filesystem::path path;
  };
  std::vector<Copy> copies;
  std::uintmax_t taken = 0;
  std::error_code error;
  const auto oldest = file_time_type::clock::now() - room.kept_for;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    const auto time = entry.last_write_time(error);
    const auto bytes = error ? 0 : entry.file_size(error);
    if (error) {
      continue;
    }
    if (time < oldest) {
      std::filesystem::remove(entry.path(), error);
      continue;
    }
    taken += bytes;
    copies.push_back({time, bytes, entry.path()});
  }
  if (taken <= room.most_bytes) {
    return;
  }
  std::ranges::sort(copies, {}, &Copy::time);
  for (const auto& copy : copies) {
    if (taken <= room.most_bytes / 2) {
      return;
    }
    taken -= copy.bytes;
    std::filesystem::remove(copy.path, error);
  }
}

} // namespace limn
