#include "mcp/job_answer.hpp"

#include "base/failure_texts.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "base/utc_text.hpp"
#include "mcp/failure_advice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace limn {

namespace {

using Json = rapidjson::Value;

constexpr std::size_t k_most_quoted = 500; // of what a gateway said
constexpr int k_most_attempts = 12;        // told, the last ones

// UTF-8 is cut between characters.
std::string clipped(std::string_view text)
{
  if (text.size() <= k_most_quoted) {
    return std::string(text);
  }
  auto end = k_most_quoted;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) {
    --end;
  }
  return std::string(text.substr(0, end)) + "...";
}

std::int64_t seconds_since(KeptJob::Time time)
{
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now() - time)
    .count();
}

std::int64_t whole(const Json* value)
{
  return value != nullptr && value->IsInt64() ? value->GetInt64() : 0;
}

bool is_true(const Json* value)
{
  return value != nullptr && value->IsBool() && value->GetBool();
}

void write_file(JsonWriter& json, const Json& image)
{
  json.begin_object();
  const std::string path(string_or_empty(member(image, "path")));
  json.path_member("path", path);
  for (const auto* name : {"width", "height", "bytes"}) {
    json.member(name, whole(member(image, name)));
  }
  json.member("format", string_or_empty(member(image, "format")));
  json.optional_member("sha256", string_or_empty(member(image, "sha256")));
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    json.flag("missing", true); // since
  }
  json.end_object();
}

void write_path(JsonWriter& json, const std::filesystem::path& path)
{
  json.begin_object();
  json.path_member("path", path);
  json.end_object();
}

// In order, the last ones.
void write_attempts_told(JsonWriter& json, const Json& report)
{
  const auto* attempts = member(report, "attempts");
  json.key("attempts");
  json.begin_array();
  const auto count = attempts != nullptr && attempts->IsArray() ? attempts->Size() : 0;
  for (auto i = count > k_most_attempts ? count - k_most_attempts : 0; i < count; ++i) {
    const auto& attempt = (*attempts)[i];
    json.begin_object();
    json.member("gateway", string_or_empty(member(attempt, "gateway")));
    json.member("outcome", string_or_empty(member(attempt, "class")));
    if (const auto* status = member(attempt, "http_status"); whole(status) != 0) {
      json.member("http_status", whole(status));
    }
    json.end_object();
  }
  json.end_array();
}

void write_cost_told(JsonWriter& json, const Json& report)
{
  const auto* cost = member(report, "cost");
  const auto* usd = cost != nullptr ? member(*cost, "usd") : nullptr;
  json.key("cost_usd");
  if (usd != nullptr && usd->IsNumber()) {
    json.decimal(fmt::format("{}", usd->GetDouble()));
    json.member("cost_basis", string_or_empty(member(*cost, "basis")));
  } else {
    json.null();
  }
}

void write_replayed(JsonWriter& json, const KeptJob& job)
{
  json.key("replayed");
  json.begin_object();
  json.member("drawn_at", utc_text(job.changed));
  json.member("note", "an equal picture was asked for before: this is that one, and nothing was "
                      "paid again. `again: true` draws a new one, and pays for it");
  json.end_object();
}

std::string_view media_type_of(std::string_view format)
{
  return format == "jpeg"   ? "image/jpeg"
         : format == "webp" ? "image/webp"
         : format == "gif"  ? "image/gif"
         : format == "png"  ? "image/png"
                            : "application/octet-stream";
}

// What is missing of a job that brought some of its images, and why.
void write_missing(JsonWriter& json, const KeptJob& job, const Json& report)
{
  const auto* error = member(report, "error");
  const auto here = static_cast<std::int64_t>(job.images.size());
  json.member("missing", std::max<std::int64_t>(0, job.wanted - here));
  json.member("hint", "these pictures are there and paid for; only the missing ones may be asked "
                      "for, by a smaller n with again=true");
  if (error != nullptr) {
    json.member("code", string_or_empty(member(*error, "class")));
    json.member("quoted", clipped(string_or_empty(member(*error, "message"))));
  }
}

// The files, and links to them; returns the prompt that was drawn, where it was told.
std::string_view write_files(JsonWriter& json, ToolResult& result, const KeptJob& job,
                             const Json& report)
{
  std::string_view revised;
  json.key("files");
  json.begin_array();
  if (const auto* images = member(report, "images"); images != nullptr && images->IsArray()) {
    for (const auto& image : images->GetArray()) {
      write_file(json, image);
      const std::filesystem::path path(string_or_empty(member(image, "path")));
      result.links.push_back(
        {path, path.filename().string(),
         std::string(media_type_of(string_or_empty(member(image, "format"))))});
      revised = revised.empty() ? string_or_empty(member(image, "revised_prompt")) : revised;
    }
  } else { // its process is gone, and its images are there
    for (const auto& path : job.images) {
      write_path(json, path);
      result.links.push_back({path, path.filename().string(), "application/octet-stream"});
    }
  }
  json.end_array();
  return revised;
}

// All images that were wanted, or some of them.
ToolResult drawn_answer(const KeptJob& job, PutAs as, const Json& report,
                        std::string_view preview_problem)
{
  ToolResult result;
  JsonWriter json;
  json.begin_object();
  json.member("state", job.state == JobState::done ? "done" : "partial");
  json.member("job_id", job.id);
  if (job.state != JobState::done) {
    write_missing(json, job, report);
  }
  if (as == PutAs::replayed) {
    write_replayed(json, job);
  } else if (as == PutAs::joined) {
    json.flag("joined", true); // it was under way when this call came
  }
  const auto revised = write_files(json, result, job, report);
  const auto* gateway = member(report, "gateway");
  json.optional_member("gateway", gateway != nullptr ? string_or_empty(member(*gateway, "name"))
                                                     : std::string_view());
  json.optional_member("model", string_or_empty(member(report, "model")));
  write_cost_told(json, report);
  write_attempts_told(json, report);
  json.optional_member("revised_prompt", clipped(revised));
  if (!preview_problem.empty()) {
    json.member("preview_problem", clipped(preview_problem));
  }
  json.end_object();
  result.json = json.str();
  return result;
}

struct Failed {
  std::string_view code;
  bool may_have_been_charged = false;
  std::string_view hint;
  std::string_view message; // limn's own
  std::string_view quoted;  // likely a gateway's
};

ToolResult failed_answer(const KeptJob* job, const Failed& failed, const Json* report,
                         std::string_view retry = {})
{
  JsonWriter json;
  json.begin_object();
  json.member("state", "failed");
  if (job != nullptr) {
    json.member("job_id", job->id);
    json.member("asked_at", utc_text(job->asked));
  }
  json.member("code", failed.code);
  json.flag("may_have_been_charged", failed.may_have_been_charged);
  json.member("retry",
              retry.empty() ? advice_for(failed.code, failed.may_have_been_charged) : retry);
  json.optional_member("hint", clipped(failed.hint));
  json.member("message", clipped(failed.message));
  if (!failed.quoted.empty()) { // words of a stranger: data, and nothing to follow
    json.member("quoted", clipped(failed.quoted));
  }
  if (job != nullptr && !job->images.empty()) {
    json.key("files"); // that came all the same
    json.begin_array();
    for (const auto& path : job->images) {
      write_path(json, path);
    }
    json.end_array();
  }
  if (report != nullptr) {
    write_cost_told(json, *report);
    write_attempts_told(json, *report);
  }
  json.end_object();
  ToolResult result;
  result.json = json.str();
  result.is_error = true;
  return result;
}

ToolResult running_answer(const KeptJob& job, PutAs as)
{
  JsonWriter json;
  json.begin_object();
  json.member("state", "running");
  json.member("job_id", job.id);
  json.member("elapsed_s", seconds_since(job.asked));
  if (const auto usual = usual_time(job); usual.count() > 0) {
    json.member("usual_s", (usual.count() + 999) / 1000);
  }
  json.optional_member("doing", clipped(doing(job)));
  if (as == PutAs::joined) {
    json.flag("joined", true);
  }
  json.member("next",
              "call image_job once with this job_id: it waits by itself. Do not call "
              "generate_image for this picture with other arguments or again=true: it would "
              "be paid for twice");
  json.end_object();
  ToolResult result;
  result.json = json.str();
  return result;
}

ToolResult lost_answer(const KeptJob& job, const Json* report)
{
  return failed_answer(
    &job,
    {"outcome_unknown",
     true,
     k_lost_hint,
     job.images.empty()
       ? "the process that asked for it is gone, and no picture arrived"
       : "the process that asked for it is gone; what arrived by then stands under files",
     {}},
    report);
}

bool any_may_have_cost(const Json& report)
{
  const auto* attempts = member(report, "attempts");
  return attempts != nullptr && attempts->IsArray()
         && std::any_of(attempts->Begin(), attempts->End(), [](const Json& attempt) {
              return is_true(member(attempt, "may_have_cost"));
            });
}

ToolResult ended_answer(const KeptJob& job, const Json& report)
{
  const auto* error = member(report, "error");
  if (error == nullptr) {
    return job.state == JobState::unknown
             ? lost_answer(job, &report)
             : failed_answer(&job,
                             {"cancelled",
                              false,
                              hint_for("cancelled", false, ""),
                              "it was cancelled before anybody was asked",
                              {}},
                             nullptr);
  }
  Failed failed;
  failed.code = string_or_empty(member(*error, "class"));
  failed.may_have_been_charged = job.state == JobState::unknown || any_may_have_cost(report);
  failed.hint =
    hint_for(failed.code, failed.may_have_been_charged, string_or_empty(member(*error, "hint")));
  failed.quoted = string_or_empty(member(*error, "message"));
  const auto failure_class = failure_class_from(failed.code);
  failed.message = failure_class ? what_happened(*failure_class) : "It failed.";
  return failed_answer(&job, failed, &report);
}

} // namespace

ToolResult answer_of(const KeptJob& job, PutAs as, std::string_view preview_problem)
{
  if (!is_final(job.state)) {
    return running_answer(job, as);
  }
  const auto report = parse_json(job.report.empty() ? "{}" : std::string_view(job.report));
  if (!report) {
    return answer_of(report.error());
  }
  const bool has_images =
    job.state == JobState::done || (job.state == JobState::refused && !job.images.empty());
  return has_images ? drawn_answer(job, as, *report, preview_problem) : ended_answer(job, *report);
}

ToolResult answer_of(const Failure& failure, std::string_view retry)
{
  return failed_answer(nullptr,
                       {to_string(failure.failure_class), false, failure.hint, failure.message, {}},
                       nullptr, retry);
}

ToolResult unseen_answer(const std::string& job_id, const Failure& failure)
{
  KeptJob job;
  job.id = job_id;
  job.asked = std::chrono::system_clock::now();
  return failed_answer(&job,
                       {to_string(failure.failure_class),
                        true,
                        "it may go on: call image_job with this job_id in a while, and "
                        "generate_image for it with the same arguments only",
                        failure.message,
                        {}},
                       nullptr, "later");
}

std::string doing(const KeptJob& job)
{
  const auto progress = parse_json(job.progress);
  return progress ? std::string(string_or_empty(member(*progress, "message"))) : std::string();
}

std::chrono::milliseconds usual_time(const KeptJob& job)
{
  const auto progress = parse_json(job.progress);
  return std::chrono::milliseconds(progress ? whole(member(*progress, "usual_ms")) : 0);
}

std::vector<std::filesystem::path> files_of(const KeptJob& job)
{
  std::vector<std::filesystem::path> files;
  const auto report = parse_json(job.report);
  const auto* images = report ? member(*report, "images") : nullptr;
  if (images != nullptr && images->IsArray()) {
    for (const auto& image : images->GetArray()) {
      files.emplace_back(string_or_empty(member(image, "path")));
    }
  }
  return files;
}

} // namespace limn
