#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"

namespace CLI {
class App;
} // namespace CLI

namespace limn {

// Groups of options in the help, in this order.
inline constexpr const char* k_picture = "The picture";
inline constexpr const char* k_place = "Where it goes";
inline constexpr const char* k_artist = "Who draws it";
inline constexpr const char* k_limits = "When and how much";

enum class OutputFile { chosen, of_each_item };

// The options of a job, which several commands have, and what they are read into; `text` is
// borrowed until the command line was read. `-o` is left out where one command line stands for many
// images.
void add_job_options(CLI::App& command, JobText& text, OutputFile output_file);

// What they mean together; FailureClass::usage for the first mistake. The prompt stands in `text`
// (prompt.hpp).
Result<GenerateOptions> finish_job(const JobText& text);

} // namespace limn
