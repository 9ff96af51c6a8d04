#pragma once

#include "conformance/notebook.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace limn::conformance {

// Runs one test in a process of its own. What the process notes goes to `notebook`; the verdict is
// the test's own, or says how the process ended without one.
Verdict run_in_child(const std::filesystem::path& file,
                     const std::vector<std::filesystem::path>& answers, const std::string& test_id,
                     std::size_t component, const std::vector<std::string>& environment,
                     std::chrono::milliseconds time_limit);

} // namespace limn::conformance
