#include "serve/page_job_text.hpp"

#include "base/contains.hpp"
#include "base/json.hpp"
#include "job/envelope.hpp"
#include "job/job_fields.hpp"
#include "memory/history_entry.hpp"
#include "serve/page_uploads.hpp"
#include "work/work_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

using Json = rapidjson::Value;

// Where files go and how long an attempt may take is not for a page to say.
constexpr std::array<std::string_view, 11> k_page_fields{
  "prompt", "model",       "size",       "n",     "quality", "background",
  "format", "compression", "moderation", "input", "mask",
};

constexpr std::string_view k_gateway_field = "gateway";

Failure page_mistake(std::string_view param, std::string message)
{
  Failure failure(FailureClass::usage, std::move(message));
  failure.param = param;
  return failure;
}

bool is_page_input(std::string_view name)
{
  return name.starts_with(k_upload_prefix) || name.starts_with(k_history_prefix);
}

// What a worker last said of itself is JSON; what an older one said is a sentence.
void write_progress(JsonWriter& json, const KeptJob& job)
{
  json.key("progress");
  if (const auto progress = parse_json(job.progress); progress && progress->IsObject()) {
    json.raw(job.progress);
    return;
  }
  json.begin_object();
  json.end_object();
}

std::string_view picture_name(const PageJobPicture& picture)
{
  const auto& path = picture.path.native();
  return std::string_view(path).substr(path.rfind('/') + 1);
}

void write_pictures(JsonWriter& json, const KeptJob& job,
                    const std::vector<PageJobPicture>& pictures)
{
  json.key("pictures");
  json.begin_array();
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    const auto& id = pictures[i].history_id;
    json.begin_object();
    json.optional_member("history_id", id);
    json.member("name", picture_name(pictures[i]));
    json.member("url", id.empty() ? fmt::format("/api/jobs/{}/pictures/{}", job.id, i)
                                  : fmt::format("/api/pictures/{}", id));
    json.end_object();
  }
  json.end_array();
}

// The last of each.
void write_previews(JsonWriter& json, const KeptJob& job, const std::vector<KeptPreview>& previews)
{
  json.key("previews");
  json.begin_array();
  for (std::size_t i = 0; i < previews.size(); ++i) {
    const auto& [image, index, file] = previews[i];
    if (i + 1 < previews.size() && previews[i + 1].image == image) {
      continue;
    }
    json.begin_object();
    json.member("place", static_cast<std::int64_t>(image - 1));
    json.member("url", fmt::format("/api/jobs/{}/previews/{}-{}", job.id, image, index));
    json.end_object();
  }
  json.end_array();
}

} // namespace

Result<JobText> read_page_job(std::string_view body)
{
  const auto json = parse_json(body);
  if (!json || !json->IsObject()) {
    return fail(page_mistake("", "The body has to be a JSON object."));
  }
  JobText job;
  for (const auto& one : json->GetObject()) {
    const auto name = string_or_empty(&one.name);
    if (!contains(k_page_fields, name) && name != k_gateway_field) {
      return fail(page_mistake(name, fmt::format("Unknown parameter: '{}'.", name)));
    }
    if (one.value.IsNull()) {
      continue;
    }
    if (const auto wanted = read_job_field(job, name, one.value); !wanted.empty()) {
      return fail(page_mistake(name, fmt::format("{} belongs to '{}'.", wanted, name)));
    }
  }
  const bool are_known =
    std::ranges::all_of(job.inputs, is_page_input) && (job.mask.empty() || is_page_input(job.mask));
  if (!are_known) { // no path of this machine
    return fail(page_mistake("input", "An input is a picture of the history or an upload."));
  }
  return job;
}

std::string page_job_json(const KeptJob& job, std::string_view asked,
                          const std::vector<PageJobPicture>& pictures,
                          const std::vector<KeptPreview>& previews)
{
  JsonWriter json;
  json.begin_object();
  json.member("id", job.id);
  json.member("state", to_string(job.state));
  json.flag("is_over", is_final(job.state));
  json.flag("is_to_end", job.is_to_end);
  json.member("asked_ms", unix_milliseconds(job.asked));
  json.member("now_ms", unix_milliseconds(std::chrono::system_clock::now()));
  json.member("n", static_cast<std::int64_t>(job.wanted));
  json.key("asked");
  json.raw(asked);
  json.key("estimate");
  write_cost(json, job.estimate);
  write_progress(json, job);
  write_pictures(json, job, pictures);
  write_previews(json, job, previews);
  json.key("report");
  json.raw(job.report.empty() ? std::string_view("null") : std::string_view(job.report));
  json.end_object();
  return json.str();
}

std::string asked_json(const JobText& job)
{
  JsonWriter json;
  json.begin_object();
  write_job_fields(json, job);
  json.end_object();
  return json.str();
}

std::string asked_json(const KeptJob& job)
{
  auto order = work_order_from(job.order);
  if (!order) {
    return "{}";
  }
  auto& asked = order->job;
  asked.directory.clear();
  for (auto& input : asked.inputs) {
    const auto file = std::filesystem::path(input);
    input = file.parent_path() == uploads_folder()
              ? std::string(k_upload_prefix) + file.filename().string()
              : file.filename().string();
  }
  asked.mask.clear();
  return asked_json(asked);
}

} // namespace limn
