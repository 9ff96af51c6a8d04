#include "work/work_order.hpp"

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"
#include "job/job_fields.hpp"
#include "job/job_words.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>

namespace limn {

namespace {

constexpr std::string_view k_max_cost = "max_cost";
constexpr std::string_view k_to_write = "to_write";
constexpr std::string_view k_to_read = "to_read";
constexpr std::string_view k_hops = "hops";
constexpr std::string_view k_previews = "previews";
constexpr std::string_view k_without_digest = "without_digest";
constexpr std::string_view k_inputs_folder_key = "inputs_folder";

int number_or_none(const rapidjson::Value* value)
{
  return value != nullptr && value->IsInt() ? value->GetInt() : 0;
}

void write_paths(JsonWriter& json, std::string_view name,
                 const std::vector<std::filesystem::path>& paths)
{
  json.key(name);
  json.begin_array();
  for (const auto& path : paths) {
    json.path(path);
  }
  json.end_array();
}

std::vector<std::filesystem::path> paths_from(const rapidjson::Value* value)
{
  std::vector<std::filesystem::path> paths;
  if (value != nullptr && value->IsArray()) {
    for (const auto& path : value->GetArray()) {
      paths.emplace_back(string_or_empty(&path));
    }
  }
  return paths;
}

Result<std::string> digest_of_file(const std::string& path)
{
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  Sha256 digest;
  std::array<std::byte, 64 * 1024> buffer;
  ssize_t count = file ? 1 : -1;
  while (count > 0) {
    count = ::read(file.number(), buffer.data(), buffer.size());
    if (count > 0) {
      digest.update(std::span(buffer).first(static_cast<std::size_t>(count)));
    }
  }
  if (count < 0) {
    return fail(FailureClass::usage, fmt::format("{}: {}", path, std::strerror(errno)));
  }
  return digest.hex();
}

} // namespace

std::string to_json(const WorkOrder& order)
{
  JsonWriter json;
  json.begin_object();
  json.key("job");
  json.begin_object();
  write_job_fields(json, order.job);
  json.end_object();
  if (order.job.max_cost) {
    json.member(k_max_cost, *order.job.max_cost);
  }
  write_paths(json, k_to_write, order.places.to_write);
  write_paths(json, k_to_read, order.places.to_read);
  if (order.previews > 0) {
    json.member(k_previews, static_cast<std::int64_t>(order.previews));
  }
  if (!order.inputs_folder.empty()) {
    json.path_member(k_inputs_folder_key, order.inputs_folder);
  }
  if (order.hops > 0) {
    json.member(k_hops, static_cast<std::int64_t>(order.hops));
  }
  if (order.digest == ImageDigest::none) {
    json.flag(k_without_digest, true);
  }
  json.end_object();
  return json.str();
}

Result<WorkOrder> work_order_from(std::string_view text)
{
  WorkOrder order;
  LIMN_TRY_ASSIGN(const auto document, parse_json(text));
  const auto* job = member(document, "job");
  if (job == nullptr || !job->IsObject()) {
    return fail(FailureClass::internal, "jobs.db: an order without a job");
  }
  for (const auto name : job_field_names()) {
    const auto* value = member(*job, name);
    if (value != nullptr && !read_job_field(order.job, name, *value).empty()) {
      return fail(FailureClass::internal, fmt::format("jobs.db: an order with a wrong {}", name));
    }
  }
  if (const auto most = string_or_empty(member(document, k_max_cost)); !most.empty()) {
    order.job.max_cost = most;
  }
  order.places.to_write = paths_from(member(document, k_to_write));
  order.places.to_read = paths_from(member(document, k_to_read));
  order.previews = number_or_none(member(document, k_previews));
  order.inputs_folder = string_or_empty(member(document, k_inputs_folder_key));
  order.hops = number_or_none(member(document, k_hops));
  if (member(document, k_without_digest) != nullptr) {
    order.digest = ImageDigest::none;
  }
  return order;
}

bool holds_key(const JobText& job, const Redactor& redactor)
{
  auto texts = job.inputs;
  texts.insert(texts.end(), {job.prompt, job.size, job.quality, job.background, job.format,
                             job.moderation, job.mask, job.output, job.directory});
  for (const auto* more : {&job.models, &job.gateways, &job.providers}) {
    texts.insert(texts.end(), more->begin(), more->end());
  }
  return std::ranges::any_of(
    texts, [&](const std::string& text) { return redactor.redact_known(text) != text; });
}

Result<std::string> fingerprint_of(const JobText& meant)
{
  auto plain = in_plain_words(meant);
  const auto take_digest = [](std::string& input) -> Done {
    if (!input.empty() && !input.starts_with(k_of_history)) {
      LIMN_TRY_ASSIGN(input, digest_of_file(input));
    }
    return {};
  };
  LIMN_TRY(take_digest(plain.mask));
  for (auto& input : plain.inputs) {
    LIMN_TRY(take_digest(input));
  }
  return fingerprint_with_digests(plain);
}

std::string fingerprint_with_digests(const JobText& meant)
{
  JsonWriter json;
  json.begin_object();
  write_job_fields(json, in_plain_words(meant)); // in one order, each once
  json.end_object();
  Sha256 digest;
  digest.update(std::as_bytes(std::span(json.view())));
  return digest.hex();
}

} // namespace limn
