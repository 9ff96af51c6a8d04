#pragma once

#include "mcp/tools.hpp"
#include "memory/jobs_database.hpp"

#include <string>
#include <string_view>

namespace limn {

// What an agent is told. A failure is an answer, too, since whoever reads it is to decide what to
// do next.

// Of a job as it stands: its files where it is done, what is done just now, or what became of it.
// `as`: how the call that is answered came to it. `preview_problem`: why a preview that was asked
// for is not there; empty if there is no more to say.
ToolResult answer_of(const KeptJob& job, PutAs as, std::string_view preview_problem = {});

// Of a call that asked nobody for anything. `retry`: never, after_change, later or ask_user; empty:
// as is usual for such a failure.
ToolResult answer_of(const Failure& failure, std::string_view retry = {});

// Of a job that cannot be looked at: what became of it is not known.
ToolResult unseen_answer(const std::string& job_id, const Failure& failure);

// "drawing: b, gpt-image-2, 1024x1024"; empty if nothing is known.
std::string doing(const KeptJob& job);

// How long such jobs take; 0 where nobody knows.
std::chrono::milliseconds usual_time(const KeptJob& job);

// The files of a job that is done, in their order.
std::vector<std::filesystem::path> files_of(const KeptJob& job);

} // namespace limn
