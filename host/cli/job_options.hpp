#pragma once

#include "base/result.hpp"
#include "job/job_text.hpp"

namespace CLI {
class App;
} // namespace CLI

namespace limn {

enum class OutputFile { chosen, of_each_item };

// The options of a job, which several commands have, and what they are read into; `text` is
// borrowed until the command line was read. `-o` is left out where one command line stands for many
// images.
void add_job_options(CLI::App& command, JobText& text, OutputFile output_file);

// What they mean together; FailureClass::usage for the first mistake. A prompt of - stands on
// standard input.
Result<GenerateOptions> finish_job(JobText text);

} // namespace limn
