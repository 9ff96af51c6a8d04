#include "batch/resume.hpp"

#include "batch/manifest_line.hpp"
#include "model/store_address.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace limn {

namespace {

bool is_there(const NotedImage& image)
{
  if (is_store_address(image.path.native())) {
    return true; // it is noted once the store has it
  }
  std::error_code error;
  return std::filesystem::is_regular_file(image.path, error);
}

} // namespace

std::vector<std::string> lines_of_unended(const JournalContent& journal,
                                          const ManifestContent& manifest)
{
  std::vector<std::string> lines;
  for (const auto& item : journal.items) {
    const auto entry = manifest.entries.find(item.id);
    if (entry != manifest.entries.end() && entry->second.offset >= journal.manifest_size
        && item.id != manifest.guessed) { // of which the journal knows more
      continue;
    }
    ManifestLine line;
    line.id = item.id;
    line.line = item.line;
    line.digest = item.digest;
    for (const auto& image : item.images) {
      if (is_there(image)) {
        line.images.push_back(image);
      }
    }
    for (const auto& file : item.naming) {
      if (is_there(file)) {
        line.images.push_back(file.image);
      }
    }
    const bool has_all = static_cast<int>(line.images.size()) >= item.wanted;
    if (!has_all && !item.is_open && line.images.empty()) {
      continue;
    }
    line.state = has_all ? ItemState::done : item.is_open ? ItemState::unknown : ItemState::failed;
    if (!has_all) {
      line.failure =
        item.is_open
          ? Failure(FailureClass::outcome_unknown,
                    "the run ended while a request was under way that may have been charged",
                    "look at the gateway's usage page; --allow-duplicate-charge asks again")
          : Failure(FailureClass::cancelled, "the run ended before all images were asked for");
    }
    line.cost = item.estimate; // what of it was charged, nobody knows any more
    lines.push_back(line_of(line));
  }
  return lines;
}

std::vector<Task> tasks_of(const std::vector<BatchItem>& items, const ManifestContent& manifest,
                           DuplicateCharge duplicate_charge, Mistakes& mistakes)
{
  std::vector<Task> tasks;
  tasks.reserve(items.size());
  for (const auto& item : items) {
    Task task;
    task.item = &item;
    const auto found = manifest.entries.find(item.id);
    if (found == manifest.entries.end()) {
      tasks.push_back(std::move(task));
      continue;
    }
    const auto& entry = found->second;
    const bool is_same = entry.digest == item.digest;
    if (!is_same && entry.state != ItemState::failed) {
      mistakes.add(item.line,
                   {FailureClass::usage,
                    fmt::format("the item '{}' reads otherwise than when it was {}", item.id,
                                entry.state == ItemState::done ? "drawn" : "asked for"),
                    "undo the change, or give it a new \"id\" to have it drawn anew"});
    }
    if (entry.state == ItemState::done) {
      task.to_do = ToDo::nothing;
    } else if (entry.state == ItemState::unknown && duplicate_charge == DuplicateCharge::refused) {
      task.to_do = ToDo::leave_open;
      task.failure_class = entry.failure_class;
    }
    if (is_same) { // else they are pictures of something else
      task.images = entry.images;
    }
    tasks.push_back(std::move(task));
  }
  return tasks;
}

} // namespace limn
