#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace limn {

// The plugin files that wait for being loaded. Groups come one after the other. Within a group the
// file that is named after an id ("acme.so" for "acme") comes first for it, the others as given:
// so what is asked for by its id is mostly the first file loaded.
class LoadOrder
{
public:
  LoadOrder() = default;
  explicit LoadOrder(std::vector<std::vector<std::filesystem::path>> groups);

  // The next file that may carry `id`, which no longer waits then; nothing if none waits.
  std::optional<std::filesystem::path> take_for(std::string_view id);
  // The next one as given.
  std::optional<std::filesystem::path> take();
  // The file named after `id` in the group of `file`, if it still waits: it goes before `file`.
  std::optional<std::filesystem::path> take_named(std::string_view id,
                                                  const std::filesystem::path& file);

  // Whether a file named after `id` still waits.
  bool has_named(std::string_view id) const;

private:
  struct Entry {
    std::filesystem::path file;
    std::size_t group = 0;
    bool waits = true;
  };

  Entry* first();
  Entry* named(std::string_view id, std::size_t group);
  static std::optional<std::filesystem::path> take(Entry* entry);

  std::vector<Entry> m_entries; // in their order
};

} // namespace limn
