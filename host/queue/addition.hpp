#pragma once

#include "base/result.hpp"
#include "batch/items_file.hpp"
#include "job/job_text.hpp"
#include "job/session.hpp"
#include "queue/postgres/queue_store.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace limn {

// With the paths of a job as they are for who is in that folder: an item means the same for every
// machine that has the folder.
JobText in_folder(JobText job, const std::filesystem::path& folder);

// What holds for all items of a file that was added, as it is kept, and back.
std::string json_of_defaults(const JobText& defaults);
Result<JobText> defaults_of_json(std::string_view json);

struct AddedItems {
  std::int64_t read = 0;
  std::int64_t added = 0; // the others were there already
  Cost estimate;          // of all that was read, on the dearest of their gateways
};

// Brings the items of a file into a queue, all or none: none where there are mistakes, and what
// `limn batch` refuses is one. What was added before is not added again: an item is the same where
// its picture, its place and its own id are. `file` is as read_items() has it. What cannot go by
// the lane is a mistake, too.
Result<AddedItems> add_to_queue(Session& session, QueueStore& store, const std::string& file,
                                const JobText& defaults, QueueLane lane, Mistakes& mistakes);

} // namespace limn
