#pragma once

#include "base/json_writer.hpp"
#include "job/job_text.hpp"
#include "memory/jobs_database.hpp"
#include "work/previews.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A job as the page asks for it, and as the page is told of it.

// An input of the page: a picture of the history, or one that was uploaded.
inline constexpr std::string_view k_upload_prefix = "upload:";
inline constexpr std::string_view k_history_prefix = "history:";

// Members are those of `limn generate`'s options; of `input` and `mask` each is a text with one of
// these prefixes. FailureClass::usage, with `param`, for what the page has no business to say.
Result<JobText> read_page_job(std::string_view body);

// Where a picture of a job can be had.
struct PageJobPicture {
  std::string history_id; // empty: the history does not have it
  std::filesystem::path path;
};

// A job of the page, as it stands. `asked`: JSON of what was asked for.
std::string page_job_json(const KeptJob& job, std::string_view asked,
                          const std::vector<PageJobPicture>& pictures,
                          const std::vector<KeptPreview>& previews = {});

// What was asked for, as read_page_job reads it; and of a job that is not over, as far as its order
// tells, where files have no such name.
std::string asked_json(const JobText& job);
std::string asked_json(const KeptJob& job);

} // namespace limn
