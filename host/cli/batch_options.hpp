#pragma once

#include "base/result.hpp"
#include "batch/options.hpp"

#include <string>

namespace CLI {
class App;
} // namespace CLI

namespace limn {

// What the options of a batch are read into, before they are checked.
struct BatchText {
  BatchOptions options;
  bool resume = false;
  bool fail_fast = false;
  std::string max_cost;
  std::string grace = "120s";
};

// The options of `limn batch`; `text` is borrowed until the command line was read.
void add_batch_options(CLI::App& command, BatchText& text);

// What they mean together, without the words of the command line; FailureClass::usage for the first
// mistake.
Result<BatchOptions> finish_batch(BatchText text);

} // namespace limn
