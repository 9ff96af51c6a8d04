#include "queue/lane/lane_batch.hpp"

#include "base/json.hpp"
#include "base/json_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace limn {

namespace {

constexpr std::string_view k_submission = "limn_submission";
constexpr std::string_view k_custom_prefix = "limn-";
constexpr std::size_t k_longest_id = 200;

// It stands in a path; what could lead elsewhere is none.
bool is_lane_id(std::string_view id)
{
  return !id.empty() && id.size() <= k_longest_id && std::ranges::all_of(id, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '-';
  });
}

std::string id_member(const rapidjson::Value& value, std::string_view name)
{
  const auto id = string_or_empty(member(value, name));
  return is_lane_id(id) ? std::string(id) : std::string();
}

LaneBatch lane_batch_of(const rapidjson::Value& value)
{
  LaneBatch batch;
  batch.id = id_member(value, "id");
  batch.status = string_or_empty(member(value, "status"));
  batch.output_file = id_member(value, "output_file_id");
  batch.error_file = id_member(value, "error_file_id");
  if (const auto* metadata = member(value, "metadata")) {
    batch.submission = string_or_empty(member(*metadata, k_submission));
  }
  const auto* errors = member(value, "errors");
  const auto* data = errors != nullptr ? member(*errors, "data") : nullptr;
  if (data != nullptr && data->IsArray()) {
    for (const auto& error : data->GetArray()) {
      const auto* line = member(error, "line");
      batch.faults.push_back({line != nullptr && line->IsInt() ? line->GetInt() : 0,
                              std::string(string_or_empty(member(error, "message")))});
    }
  }
  return batch;
}

Failure no_lane_answer(std::string_view what)
{
  return {FailureClass::outcome_unknown, fmt::format("the gateway's answer is no {}", what)};
}

} // namespace

bool LaneBatch::is_over() const
{
  return status == "completed" || status == "failed" || status == "expired"
         || status == "cancelled";
}

Result<LaneBatch> read_lane_batch(std::string_view json)
{
  const auto document = parse_json(json);
  auto batch = document ? lane_batch_of(*document) : LaneBatch();
  if (batch.id.empty() || batch.status.empty()) {
    return fail(no_lane_answer("batch"));
  }
  return batch;
}

Result<LanePage> read_lane_page(std::string_view json)
{
  const auto document = parse_json(json);
  const auto* data = document ? member(*document, "data") : nullptr;
  if (data == nullptr || !data->IsArray()) {
    return fail(no_lane_answer("list of batches"));
  }
  LanePage page;
  for (const auto& item : data->GetArray()) {
    auto batch = lane_batch_of(item);
    if (batch.id.empty()) {
      return fail(no_lane_answer("list of batches"));
    }
    page.batches.push_back(std::move(batch));
  }
  const auto* more = member(*document, "has_more");
  page.has_more = more != nullptr && more->IsBool() && more->GetBool();
  return page;
}

Result<std::string> read_lane_file_id(std::string_view json)
{
  const auto document = parse_json(json);
  auto id = document ? id_member(*document, "id") : std::string();
  if (id.empty()) {
    return fail(no_lane_answer("file"));
  }
  return id;
}

std::string lane_batch_order(const std::string& file, std::string_view path,
                             const std::string& submission)
{
  JsonWriter json;
  json.begin_object();
  json.member("input_file_id", file);
  json.member("endpoint", fmt::format("/v1{}", path));
  json.member("completion_window", "24h");
  json.key("metadata");
  json.begin_object();
  json.member(k_submission, submission);
  json.end_object();
  json.end_object();
  return json.str();
}

std::string lane_custom_id(std::int64_t job, int fence)
{
  return fmt::format("{}{}-{}", k_custom_prefix, job, fence);
}

std::optional<std::int64_t> job_of_custom_id(std::string_view custom_id)
{
  if (!custom_id.starts_with(k_custom_prefix)) {
    return std::nullopt;
  }
  custom_id.remove_prefix(k_custom_prefix.size());
  std::int64_t job = 0;
  const auto* const end = custom_id.data() + custom_id.size();
  const auto [behind, error] = std::from_chars(custom_id.data(), end, job);
  return error == std::errc() && behind != end && *behind == '-' ? std::optional(job)
                                                                 : std::nullopt;
}

} // namespace limn
