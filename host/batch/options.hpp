#pragma once

#include "job/job_text.hpp"
#include "model/cost.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace limn {

enum class Resume { no, yes };
enum class AfterFailure { go_on, begin_no_more };

// What the command line says of a batch.
struct BatchOptions {
  std::string file;               // "-": standard input
  JobText defaults;               // of every item
  int jobs = 4;                   // in flight
  std::filesystem::path manifest; // empty: none
  Resume resume = Resume::no;
  AfterFailure after_failure = AfterFailure::go_on;
  std::optional<NanoUsd> max_cost;          // of all runs that the manifest tells of
  std::chrono::milliseconds grace{120'000}; // for what is in flight, after Ctrl-C
  bool dry_run = false;
  bool sandbox = false;
  std::vector<std::string> words; // of the whole command line, to tell how to go on
};

} // namespace limn
