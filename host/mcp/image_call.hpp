#pragma once

#include "job/small_pictures.hpp"
#include "mcp/image_tools.hpp"

namespace limn {

// A call that is under way.
struct ImageTools::Call {
  ToolCall call;
  Progress progress; // may be empty
  std::function<void(ToolReply)> replied;
  Loop::Clock::time_point begin;
  std::optional<std::chrono::seconds> wait; // asked for
  bool is_preview_wanted = false;

  PutAs as = PutAs::begun;    // whether there was one when it came; of generate_image
  std::string job_id;         // once there is one
  std::optional<KeptJob> job; // as it was last heard of
  WorkDesk::Wait waiting;
  Timer deadline;
  Timer telling;
  double told_until = 0; // seconds: progress rises
  bool has_deadline = false;
  bool is_due = false;                     // the caller has waited long enough
  std::unique_ptr<SmallPictures> previews; // while they are made
};

// What is told of a job that a client was given as a task.
ToolTask task_of(const KeptJob& job);

// The job that is asked for, with everything at its place: absolute, and only where agents may have
// files written and read; and as it is meant, for its fingerprint. FailureClass::usage for what is
// elsewhere.
struct PlacedJob {
  JobText job;
  JobText meant;
};
// Of the history an owner has what it drew itself.
Result<PlacedJob> placed_job(const ImageArguments& arguments, const McpClient& client,
                             Places& places);

// `meant` without what is usual anyway: the same call says it or not.
JobText without_usual(JobText meant, const Settings& settings);

// FailureClass::usage where it may cost more than a call may, or nobody knows.
Done fits_limit(Cost estimate, NanoUsd most);

// What is put into jobs.db, but for its cost. FailureClass::usage if one of limn's own keys is in
// it, since it would lie there in the clear.
Result<JobRequest> job_request(const ImageArguments& arguments, const McpClient& client,
                               const WorkOrder& order, const JobText& meant,
                               const Redactor& redactor);

// Models that the job does not name become those that the client may ask for, where it may not ask
// for any. FailureClass::model for one that it may not.
Done hold_to_models(const McpClient& client, EngineHost& host, JobText& job);

// Whether that client may hear of it: an owner knows its own alone, and this user all.
bool is_told_of(const McpClient& client, const KeptJob& job);

ToolResult cost_answer(const Forecast& plan, int count, Cost estimate, const AgentLimits& limits);

// `usable`: those that would be asked; others that could be used are left out. `verified`: what
// they answered just now; null: they were not asked.
ToolResult gateways_answer(EngineHost& host, const McpClient& client,
                           const Result<std::vector<Gateway>>& usable,
                           const std::vector<VerifiedGateway>* verified, const AgentLimits& limits);

} // namespace limn
