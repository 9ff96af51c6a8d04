#pragma once

#include "base/result.hpp"
#include "conformance/verdict.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

// The conformance kit: does a plugin keep the contract? Each test runs in a process of its own, so
// that a plugin that crashes, exits or hangs fails one test and not the command.

namespace limn::conformance {

enum class Processes { own, shared };

struct CheckOrder {
  std::filesystem::path file;                 // absolute
  std::string only;                           // a regular expression on ids; empty: all
  std::vector<std::filesystem::path> answers; // absolute; see read_sample_answers
  std::chrono::milliseconds time_limit{10'000};
  Processes processes = Processes::own; // shared: for a debugger
};

struct CheckedTest {
  std::string id;
  std::string component; // its id; empty for a test of the file
  Verdict verdict;
  std::chrono::milliseconds elapsed{0};
};

// FailureClass::usage for an expression that is none, and for answers that are of no use.
Result<std::vector<CheckedTest>> check(const CheckOrder& order);

// One test, in the process that `check` has started for it. `what` is as `check` wrote it.
void run_as_child(const std::filesystem::path& file,
                  const std::vector<std::filesystem::path>& answers, const std::string& what);

} // namespace limn::conformance
