#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A batch as the gateway tells of it.
struct LaneBatch {
  struct Fault {  // of a file that it does not take
    int line = 0; // from 1; 0: of none
    std::string message;
  };

  std::string id;
  std::string status;      // "in_progress", ...
  std::string output_file; // these two: ids; empty: none
  std::string error_file;
  std::string submission; // as limn told it; empty: it is not limn's
  std::vector<Fault> faults;

  bool is_over() const;
};

// Those of one page, newest first.
struct LanePage {
  std::vector<LaneBatch> batches;
  bool has_more = false;
};

// FailureClass::outcome_unknown for what is none.
Result<LaneBatch> read_lane_batch(std::string_view json);
Result<LanePage> read_lane_page(std::string_view json);

// The id that an upload was answered with.
Result<std::string> read_lane_file_id(std::string_view json);

// The body that begins a batch.
std::string lane_batch_order(const std::string& file, std::string_view path,
                             const std::string& submission);

// What the lines of a job are called, and back: nothing for another's.
std::string lane_custom_id(std::int64_t job, int fence);
std::optional<std::int64_t> job_of_custom_id(std::string_view custom_id);

} // namespace limn
