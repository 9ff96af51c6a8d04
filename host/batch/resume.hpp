#pragma once

#include "batch/item.hpp"
#include "batch/items_file.hpp"
#include "batch/journal.hpp"
#include "batch/manifest.hpp"
#include "engine/policy.hpp"

#include <string>
#include <vector>

namespace limn {

// What a run has to do for one item.
enum class ToDo {
  draw,
  nothing,    // its images are there
  leave_open, // it may have been charged, and nobody allowed a second charge
};

struct Task {
  const BatchItem* item = nullptr; // borrowed
  ToDo to_do = ToDo::draw;
  std::vector<NotedImage> images; // of earlier runs
  // Why it is left open: as its line in the manifest says.
  std::optional<FailureClass> failure_class;
};

// How the items ended that a killed run left in its journal, as lines for the manifest: done if all
// their images are on the disk, failed if nothing that may have been charged was open, else
// unknown. None for an item that nothing was asked for, or that has its line already.
std::vector<std::string> lines_of_unended(const JournalContent& journal,
                                          const ManifestContent& manifest);

// One task an item, in order. An item that is done or unknown and reads otherwise now is one of the
// `mistakes`: with its old id, nobody can tell any more what was paid for.
std::vector<Task> tasks_of(const std::vector<BatchItem>& items, const ManifestContent& manifest,
                           DuplicateCharge duplicate_charge, Mistakes& mistakes);

} // namespace limn
