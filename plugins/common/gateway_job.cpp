#include "common/gateway_job.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace limn::plugins {

namespace {

// No gateway has longer ones; what is longer is something else.
constexpr std::size_t k_longest_id = 512;
constexpr int k_max_wrapping = 3;

// Names that only an id of a job has.
constexpr std::array<std::string_view, 16> k_id_names{
  "task_id", // APIMart, sub2api, DashScope, ModelScope, Kling, MiniMax
  "taskId",  // kie.ai, Midjourney proxies
  "TaskId",        "job_id",       "jobId",
  "JobId",         "job_uuid",     "task_uuid",
  "generation_id", // Ideogram, AIML
  "generationId",  // Leonardo
  "prediction_id", "predictionId", "imageGenerationId",
  "image_task_id", "batch_id",     "operation_id"};

constexpr std::array<std::string_view, 7> k_status_names{
  "status", "task_status", "taskStatus", "job_status", "state", "Status", "processing_state"};

constexpr std::array<std::string_view, 12> k_address_names{
  "poll_url",    // sub2api, sd-server
  "polling_url", // Black Forest Labs
  "pollUrl",     "pollingUrl",
  "status_url", // fal
  "statusUrl",   "query_url",  "queryUrl",          "task_url",
  "check_url",   "fetch_url",  "operation_location"};
constexpr std::array<std::string_view, 6> k_result_address_names{
  "response_url", // fal
  "result_url",   "resultUrl", "fetch_result", "retrieve_url", "get_url"};

constexpr std::array<std::string_view, 6> k_wrapper_names{"data",     "output", "result",
                                                          "response", "task",   "job"};

// In lower case, with underscores for blanks and hyphens.
constexpr std::array<std::string_view, 41> k_pending_words{
  "submitted",   "submit",    "queued",       "queueing",   "queuing",   "queue",
  "in_queue",    "enqueued",  "pending",      "processing", "process",   "in_progress",
  "inprogress",  "running",   "run",          "generating", "starting",  "started",
  "start",       "created",   "accepted",     "waiting",    "wait",      "not_start",
  "not_started", "new",       "initializing", "init",       "scheduled", "received",
  "preparing",   "rendering", "drawing",      "working",    "uploading", "ongoing",
  "active",      "executing", "throttled",    "retry",      "retrying"};
constexpr std::array<std::string_view, 10> k_done_words{
  "completed",  "complete", "succeeded", "succeed", "success",
  "successful", "done",     "finished",  "ready",   "ok"};
constexpr std::array<std::string_view, 26> k_failed_words{"failed",
                                                          "failure",
                                                          "fail",
                                                          "error",
                                                          "errored",
                                                          "canceled",
                                                          "cancelled",
                                                          "rejected",
                                                          "expired",
                                                          "timeout",
                                                          "timed_out",
                                                          "aborted",
                                                          "content_moderated",
                                                          "request_moderated",
                                                          "moderated",
                                                          "nsfw",
                                                          "blocked",
                                                          "revoked",
                                                          "deleted",
                                                          "terminated",
                                                          "content_filtered",
                                                          "incomplete",
                                                          "unknown_task",
                                                          "task_not_found",
                                                          "not_exist",
                                                          "refused"};

std::string plain_word(std::string_view status)
{
  std::string word;
  for (const char c : status.substr(0, 64)) {
    word += c >= 'A' && c <= 'Z'   ? static_cast<char>(c - 'A' + 'a')
            : c == ' ' || c == '-' ? '_'
                                   : c;
  }
  return word;
}

template <typename Words>
bool is_one_of(const Words& words, std::string_view word)
{
  return std::find(words.begin(), words.end(), word) != words.end();
}

JobCourse course_of(std::string_view status)
{
  const auto word = plain_word(status);
  return is_one_of(k_pending_words, word)  ? JobCourse::pending
         : is_one_of(k_done_words, word)   ? JobCourse::done
         : is_one_of(k_failed_words, word) ? JobCourse::failed
                                           : JobCourse::untold;
}

bool is_id(std::string_view text)
{
  return !text.empty() && text.size() <= k_longest_id
         && text.find_first_not_of('.') != std::string_view::npos
         && std::none_of(text.begin(), text.end(),
                         [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

// Some count their jobs.
std::string id_text(const Json* value)
{
  if (value && value->IsUint64()) {
    return std::to_string(value->GetUint64());
  }
  const auto text = text_of(value);
  return is_id(text) && !text.starts_with("http") ? std::string(text) : std::string();
}

// The first of the names that holds an id.
template <typename Names>
std::string first_id(const Json& object, const Names& names)
{
  for (const auto name : names) {
    if (auto id = id_text(member(&object, name)); !id.empty()) {
      return id;
    }
  }
  return {};
}

bool is_reference(std::string_view text)
{
  return text.starts_with("http://") || text.starts_with("https://") || text.starts_with('/');
}

template <typename Names>
void add_addresses(const Json& object, const Names& names, std::vector<std::string>& addresses)
{
  for (const auto name : names) {
    if (const auto text = text_of(member(&object, name)); is_reference(text)) {
      addresses.emplace_back(text);
    }
  }
}

// A status that is a number, as kie.ai has it.
std::optional<JobCourse> course_of_flag(const Json& object)
{
  const auto flag = count_of(member(&object, "successFlag"));
  if (!flag) {
    return std::nullopt;
  }
  return *flag == 0 ? JobCourse::pending : *flag == 1 ? JobCourse::done : JobCourse::failed;
}

std::string reason_in(const Json& object)
{
  const auto* error = member(&object, "error");
  if (const auto text = text_of(error); !text.empty()) {
    return std::string(text);
  }
  if (const auto text = first_text(error, {"message", "msg", "detail", "code"}); !text.empty()) {
    return std::string(text);
  }
  return std::string(first_text(&object, {"fail_reason", "failReason", "failure_reason", "failMsg",
                                          "task_status_msg", "error_message", "errorMessage",
                                          "err_msg", "reason", "message", "msg", "detail"}));
}

// Only beside a status that says so is a plain `id` one of a job: other answers have ids, too.
void read_object(const Json& object, GatewayJob& job, int depth)
{
  if (!object.IsObject()) {
    return;
  }
  // "success" of an answer as such says less than what it holds.
  if (job.status.empty() || job.course == JobCourse::done) {
    for (const auto name : k_status_names) {
      const auto status = text_of(member(&object, name));
      if (course_of(status) != JobCourse::untold) {
        job.status = status;
        job.course = course_of(status);
        break;
      }
    }
  }
  if (const auto course = course_of_flag(object); course && job.course == JobCourse::untold) {
    job.course = *course;
  }
  if (job.id.empty()) {
    job.id = first_id(object, k_id_names);
  }
  if (job.id.empty() && job.course == JobCourse::pending) {
    job.id = first_id(object, std::array<std::string_view, 3>{"id", "uuid", "request_id"});
  }
  add_addresses(object, k_address_names, job.addresses);
  add_addresses(object, k_result_address_names, job.result_addresses);
  if (const auto get = text_of(member(&object, {"urls", "get"})); is_reference(get)) { // Replicate
    job.addresses.emplace_back(get);
  }
  if (const auto self = text_of(member(&object, {"links", "self"})); is_reference(self)) {
    job.addresses.emplace_back(self);
  }
  if (job.reason.empty() || course_of(job.reason) == JobCourse::done) {
    job.reason = reason_in(object);
  }
  if (depth >= k_max_wrapping) {
    return;
  }
  for (const auto name : k_wrapper_names) {
    for_each(member(&object, name), [&](const Json& item) { read_object(item, job, depth + 1); });
  }
}

// {"code":"success","data":"task_7"}, {"code":1,"result":"1320098173412546"}: nothing but an id
// beside a word or number that says that all is well.
std::string bare_id_in(const Json& message)
{
  const auto* code = member(&message, "code");
  const bool is_well = plain_word(text_of(code)) == "success"
                       || (code && code->IsInt()
                           && (code->GetInt() == 0 || code->GetInt() == 1 || code->GetInt() == 22
                               || code->GetInt() == 200));
  for (const auto* name : {"data", "result"}) {
    const auto text = text_of(member(&message, name));
    const bool has_digit = text.find_first_of("0123456789") != std::string_view::npos;
    if (is_well && has_digit && text.size() >= 8 && text.size() <= 128 && is_id(text)
        && text.find_first_of("/:,;<>{}\"") == std::string_view::npos) {
      return std::string(text);
    }
  }
  return {};
}

std::string_view header_of(const sdk::Event& event, std::string_view name)
{
  for (std::size_t i = 0; i < event.header_count; ++i) {
    if (sdk::from_abi(event.headers[i].key) == name) {
      return sdk::from_abi(event.headers[i].value);
    }
  }
  return {};
}

} // namespace

GatewayJob gateway_job_in(const Json& message, const sdk::Event& event)
{
  GatewayJob job;
  for_each(&message, [&](const Json& object) { read_object(object, job, 0); });
  const bool is_accepted = event.http_status == 201 || event.http_status == 202;
  if (job.id.empty() && is_accepted) {
    job.id = first_id(message, std::array<std::string_view, 3>{"id", "uuid", "request_id"});
  }
  if (job.id.empty()) {
    job.id = bare_id_in(message);
  }
  for (const auto* name : {"operation-location", "azure-asyncoperation"}) {
    if (const auto address = header_of(event, name); !address.empty()) {
      job.addresses.emplace_back(address);
    }
  }
  if (const auto address = header_of(event, "location"); is_accepted && !address.empty()) {
    job.addresses.emplace_back(address);
  }
  return job;
}

std::vector<GatewayJob> gateway_jobs_in(const Json& message, const sdk::Event& event)
{
  std::vector<GatewayJob> jobs;
  for_each(member(&message, "data"), [&](const Json& object) {
    GatewayJob job;
    read_object(object, job, 0);
    const bool is_known = std::any_of(jobs.begin(), jobs.end(),
                                      [&](const GatewayJob& other) { return other.id == job.id; });
    if (!job.id.empty() && !is_known) {
      jobs.push_back(std::move(job));
    }
  });
  return jobs.size() > 1 ? jobs : std::vector<GatewayJob>{gateway_job_in(message, event)};
}

std::string percent_encoded(std::string_view text)
{
  constexpr std::string_view hex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
                          || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      encoded += c;
    } else {
      encoded += {'%', hex[byte >> 4u], hex[byte & 15u]};
    }
  }
  return encoded;
}

std::chrono::milliseconds retry_after(const sdk::Event& event)
{
  const auto value = header_of(event, "retry-after");
  int seconds = 0;
  std::from_chars(value.data(), value.data() + value.size(), seconds);
  return std::chrono::seconds(std::clamp(seconds, 0, 3600));
}

} // namespace limn::plugins
