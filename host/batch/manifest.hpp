#pragma once

#include "base/failure.hpp"
#include "base/result.hpp"
#include "batch/lines_file.hpp"
#include "batch/noted.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What became of an item. Unknown: something may have been charged, and not everything came.
enum class ItemState { done, failed, unknown };

std::string_view to_string(ItemState state);
std::optional<ItemState> item_state_from(std::string_view name);

// The last line of an item in a manifest.
struct ManifestEntry {
  int line = 0; // of the batch, when it was drawn
  std::string digest;
  ItemState state = ItemState::failed;
  std::vector<NotedImage> images;
  std::optional<FailureClass> failure_class;
  std::uint64_t offset = 0; // of its line in the manifest
};

struct ManifestContent {
  std::map<std::string, ManifestEntry> entries; // by id; the latest line of an id counts
  Cost spent;                                   // over all lines
  std::uint64_t whole_size = 0;                 // without a last line that was cut
  bool was_cut = false;
  std::string mended;  // what stands whole in the line that was cut, as a line; or empty
  std::string guessed; // the id of its item, where it does not tell how that ended
};

// A power cut or a full disk may cut the last line; what stands in it whole is told all the same.
// Any other line that is none of a manifest is FailureClass::usage, since what was paid for may
// have stood there. A file that is not there is an empty one.
Result<ManifestContent> read_manifest(const std::filesystem::path& file);

// Counts a line that stands at that offset. One that is none of a manifest changes nothing.
void take_line(ManifestContent& content, std::string_view line, std::uint64_t offset);

// JSON lines, one for each item as it ended. Only one process at a time has it.
class Manifest
{
public:
  // Makes it if needed, locks it until this is destroyed, and mends its end.
  // FailureClass::usage if it cannot be, or if another process has it.
  static Result<Manifest> open(const std::filesystem::path& file);

  const std::filesystem::path& path() const { return m_file.path(); }
  const ManifestContent& content() const { return m_content; } // when it was opened
  std::uint64_t size() const { return m_file.size(); }

  // On the disk when this returns; FailureClass::not_saved else.
  Done append(std::string line) { return m_file.append(std::move(line), ToDisk::now); }
  Done reserve(std::uint64_t bytes) { return m_file.reserve(bytes); }
  void give_back_room() { static_cast<void>(m_file.cut_at(m_file.size())); }

private:
  Manifest(LinesFile file, ManifestContent content)
    : m_file(std::move(file)), m_content(std::move(content))
  {
  }

  LinesFile m_file;
  ManifestContent m_content;
};

} // namespace limn
