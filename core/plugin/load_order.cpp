#include "plugin/load_order.hpp"

#include <algorithm>
#include <utility>

namespace limn {

namespace fs = std::filesystem;

LoadOrder::LoadOrder(std::vector<std::vector<fs::path>> groups)
{
  for (std::size_t group = 0; group < groups.size(); ++group) {
    for (auto& file : groups[group]) {
      m_entries.push_back({std::move(file), group});
    }
  }
}

std::optional<fs::path> LoadOrder::take_for(std::string_view id)
{
  auto* next = first();
  if (!next) {
    return std::nullopt;
  }
  auto* after_id = named(id, next->group);
  return take(after_id ? after_id : next);
}

std::optional<fs::path> LoadOrder::take()
{
  return take(first());
}

std::optional<fs::path> LoadOrder::take_named(std::string_view id, const fs::path& file)
{
  const auto found = std::ranges::find(m_entries, file, &Entry::file);
  return found == m_entries.end() ? std::nullopt : take(named(id, found->group));
}

bool LoadOrder::has_named(std::string_view id) const
{
  return std::ranges::any_of(
    m_entries, [&](const Entry& entry) { return entry.waits && entry.file.stem() == id; });
}

LoadOrder::Entry* LoadOrder::first()
{
  const auto found = std::ranges::find(m_entries, true, &Entry::waits);
  return found == m_entries.end() ? nullptr : &*found;
}

LoadOrder::Entry* LoadOrder::named(std::string_view id, std::size_t group)
{
  const auto found = std::ranges::find_if(m_entries, [&](const Entry& entry) {
    return entry.waits && entry.group == group && entry.file.stem() == id;
  });
  return found == m_entries.end() ? nullptr : &*found;
}

std::optional<fs::path> LoadOrder::take(Entry* entry)
{
  if (!entry) {
    return std::nullopt;
  }
  entry->waits = false;
  return entry->file;
}

} // namespace limn
