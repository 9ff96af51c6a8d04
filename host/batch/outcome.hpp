#pragma once

#include "engine/engine.hpp"
#include "job/interrupt.hpp"
#include "model/cost.hpp"

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// How an item stands at the end of a run. Skipped: an earlier run had drawn it.
enum class Standing { not_begun, done, failed, unknown, skipped };

std::string_view to_string(Standing standing);

struct ItemResult {
  std::string id;
  Standing standing = Standing::not_begun;
  std::vector<std::filesystem::path> images; // of earlier runs, too
  std::optional<Failure> failure;
};

struct Counts {
  int done = 0;
  int failed = 0;
  int unknown = 0;
  int skipped = 0;
  int not_begun = 0;

  int total() const { return done + failed + unknown + skipped + not_begun; }
};

// Why no more items were begun.
enum class Ended { all_begun, interrupted, after_failure, too_dear, no_record };

struct BatchOutcome {
  std::vector<ItemResult> items; // in the order of the batch
  std::map<std::string, int> images_of_gateways;
  std::optional<FailureClass> last_failure; // of the item that ended last without its images
  Cost cost;                                // of this run
  std::chrono::milliseconds elapsed{0};
  Ended ended = Ended::all_begun;
  StopSignal stopped_by = StopSignal::interrupt; // where nothing was in flight that may be charged
  std::optional<Failure> record_failure;         // the manifest or journal could not be written

  Counts counts() const;
};

// 0: all items have their images; 14: some; 130: interrupted before all had them (143 or 129
// where that signal came while nothing was in flight that may have been charged); none of them: the
// class of the last one that failed, or 2 if the first could already cost too much.
int exit_status(const BatchOutcome& outcome);

} // namespace limn
