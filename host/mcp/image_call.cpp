#include "mcp/image_call.hpp"

#include "base/contains.hpp"
#include "base/json_writer.hpp"
#include "engine/forecast.hpp"
#include "engine/verification.hpp"
#include "job/envelope.hpp"
#include "job/gateway_listing.hpp"
#include "job/job_check.hpp"
#include "job/job_words.hpp"
#include "job/past.hpp"
#include "mcp/agent_places.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace limn {

namespace {

constexpr std::size_t k_most_gateways = 30; // told

constexpr std::string_view k_door = "mcp";

// One that no other owner comes by; empty: this user comes by all of them.
std::string own_door_of(const McpClient& client)
{
  constexpr std::size_t k_enough = 12; // digits that tell the keys of one user apart
  return client.owner.empty()
           ? std::string()
           : fmt::format("{}{}{}", k_door, k_family_end, client.owner.substr(0, k_enough));
}

struct PlacedInput {
  std::string file;
  std::string meant;
};

// A file, or a picture of the history: what limn drew may be drawn from, wherever it lies.
Result<PlacedInput> placed_input(const std::string& name, const McpClient& client, Places& places)
{
  auto file = file_within(places, name);
  if (file) {
    return PlacedInput{file->string(), file->string()};
  }
  auto past = name.find('/') == std::string::npos ? past_image(name, own_door_of(client))
                                                  : fail(file.error());
  if (!past) {
    return fail(file.error());
  }
  places.to_read.push_back(*past);
  LIMN_TRY_ASSIGN(const auto drawn, file_within(places, past->string()));
  return PlacedInput{drawn.string(), std::string(k_of_history) + name};
}

void write_folders(JsonWriter& json, std::string_view name,
                   const std::vector<std::filesystem::path>& folders)
{
  json.key(name);
  json.begin_array();
  for (const auto& folder : folders) {
    json.path(folder);
  }
  json.end_array();
}

void write_limit(JsonWriter& json, std::string_view name, std::optional<NanoUsd> most)
{
  json.key(name);
  if (most) {
    json.decimal(usd_json(*most));
  } else {
    json.null();
  }
}

void write_limits(JsonWriter& json, const AgentLimits& limits)
{
  json.key("limits");
  json.begin_object();
  write_limit(json, "usd_per_call", limits.max_cost);
  write_limit(json, "usd_per_day", limits.max_cost_per_day);
  json.end_object();
}

bool contains_name(const std::vector<Gateway>& gateways, std::string_view name)
{
  return std::ranges::find(gateways, name, &Gateway::name) != gateways.end();
}

void write_told_gateway(JsonWriter& json, const Gateway& gateway,
                        const std::vector<VerifiedGateway>* verified)
{
  json.begin_object();
  json.member("name", gateway.name);
  json.member("base_url", gateway.base_url);
  json.member("origin", gateway.origins.front());
  json.flag("usable", gateway.usable());
  json.optional_member("problem", gateway.problem);
  if (verified != nullptr) {
    const auto found = std::ranges::find_if(
      *verified, [&](const VerifiedGateway& one) { return one.gateway.name == gateway.name; });
    if (found != verified->end()) {
      json.key("models");
      write_check(json, found->check);
    }
  }
  json.end_object();
}

} // namespace

Result<PlacedJob> placed_job(const ImageArguments& arguments, const McpClient& client,
                             Places& places)
{
  PlacedJob placed{arguments.job, arguments.job};
  auto& [job, meant] = placed;
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    LIMN_TRY_ASSIGN(auto input, placed_input(job.inputs[i], client, places));
    job.inputs[i] = std::move(input.file);
    meant.inputs[i] = std::move(input.meant);
  }
  if (!job.mask.empty()) {
    LIMN_TRY_ASSIGN(auto mask, placed_input(job.mask, client, places));
    job.mask = std::move(mask.file);
    meant.mask = std::move(mask.meant);
  }
  LIMN_TRY_ASSIGN(const auto folder, folder_within(places, job.directory));
  // Where the usual folder is may change; that it was meant does not.
  meant.directory = arguments.job.directory.empty() ? "" : folder.string();
  meant.output = arguments.name;
  if (arguments.name.empty()) {
    job.directory = folder.string();
  } else {
    job.output = (folder / arguments.name).string();
    job.directory.clear();
  }
  return placed;
}

JobText without_usual(JobText meant, const Settings& settings)
{
  meant = in_plain_words(std::move(meant));
  const auto& usual = settings.defaults.size;
  if (meant.size == (usual ? usual->size : std::string(k_usual_size))) {
    meant.size.clear();
  }
  if (meant.count == settings.defaults.count.value_or(k_usual_count)) {
    meant.count.reset();
  }
  return meant;
}

Done fits_limit(Cost estimate, NanoUsd most)
{
  if (!estimate.is_known()) {
    return fail(FailureClass::usage,
                "what this costs is not known beforehand, and there is a limit of cost",
                "the user may give its model a price in limn.yaml (prices), or lift mcp.max_cost");
  }
  if (estimate.amount <= most) {
    return {};
  }
  return fail(FailureClass::usage,
              fmt::format("this costs {}, and a call may cost ${} (mcp.max_cost)",
                          cost_text(estimate), usd_decimal(most)),
              "nobody was asked; ask for a lower quality, a smaller size or fewer images");
}

Done hold_to_models(const McpClient& client, EngineHost& host, JobText& job)
{
  if (client.models.empty()) {
    return {};
  }
  for (const auto& model : job.models) {
    if (!contains(client.models, model)) {
      return fail(FailureClass::model,
                  fmt::format("the key of this client is not for the model '{}'", model),
                  "nobody was asked; leave out `model`");
    }
  }
  if (job.models.empty()) {
    LIMN_TRY_ASSIGN(const auto gateways, host.gateways({}));
    std::ranges::copy_if(host.engine().models(gateways, {}), std::back_inserter(job.models),
                         [&](const std::string& model) { return contains(client.models, model); });
  }
  if (job.models.empty()) {
    job.models = client.models;
  }
  return {};
}

bool is_told_of(const McpClient& client, const KeptJob& job)
{
  return client.owner.empty() || job.door == own_door_of(client);
}

Result<JobRequest> job_request(const ImageArguments& arguments, const McpClient& client,
                               const WorkOrder& order, const JobText& meant,
                               const Redactor& redactor)
{
  auto job = arguments.job; // the names of a call, too
  job.providers.insert(job.providers.end(), {arguments.name, arguments.request_id});
  if (holds_key(job, redactor)) {
    return fail(FailureClass::usage, "a key of this machine stands in the arguments",
                "nothing was asked for; leave it out, and tell the user");
  }
  JobRequest request;
  request.door = client.owner.empty() ? std::string(k_door) : own_door_of(client);
  // Whoever needs no key is somebody all the same: what comes over HTTP may have a limit.
  request.account = client.owner.empty() && client.is_remote ? "anybody" : client.owner;
  request.limits = client.limits;
  request.most_under_way = client.most_under_way.value_or(request.most_under_way);
  request.order = to_json(order);
  LIMN_TRY_ASSIGN(request.fingerprint, fingerprint_of(meant));
  request.request_id = arguments.request_id;
  request.is_to_be_drawn_anew = arguments.again;
  return request;
}

ToolResult cost_answer(const Forecast& plan, int count, Cost estimate, const AgentLimits& limits)
{
  JsonWriter json;
  json.begin_object();
  json.member("n", static_cast<std::int64_t>(count));
  json.key("usd");
  const auto first = plan.attempts.empty() ? estimate : plan.attempts.front().cost;
  first.is_known() ? json.decimal(usd_json(first.amount)) : json.null();
  json.member("basis", to_string(first.basis));
  json.key("usd_at_most");
  estimate.is_known() ? json.decimal(usd_json(estimate.amount)) : json.null();
  if (!plan.attempts.empty()) {
    const auto& attempt = plan.attempts.front();
    json.member("gateway", attempt.gateway.name);
    json.member("model", attempt.model);
    json.optional_member("size", attempt.size);
    json.optional_member("quality", attempt.quality());
  }
  json.key("notices");
  json.begin_array();
  for (const auto& notice : plan.notices) {
    json.text(notice);
  }
  json.end_array();
  write_limits(json, limits);
  json.end_object();
  ToolResult result;
  result.json = json.str();
  return result;
}

ToolResult gateways_answer(EngineHost& host, const McpClient& client,
                           const Result<std::vector<Gateway>>& usable,
                           const std::vector<VerifiedGateway>* verified, const AgentLimits& limits)
{
  auto found = host.discovered().gateways;
  std::erase_if(found, [&](const Gateway& gateway) {
    return gateway.usable() && !(usable && contains_name(*usable, gateway.name));
  });
  JsonWriter json;
  json.begin_object();
  json.key("gateways");
  json.begin_array();
  for (std::size_t i = 0; i < std::min(found.size(), k_most_gateways); ++i) {
    write_told_gateway(json, found[i], verified);
  }
  json.end_array();
  if (found.size() > k_most_gateways) {
    json.member("left_out", static_cast<std::int64_t>(found.size() - k_most_gateways));
  }
  if (!usable) {
    json.member("problem", usable.error().message);
    json.optional_member("hint", usable.error().hint);
  }
  const auto places = agent_places(host.settings(), client);
  json.path_member("output_directory", places.to_write.front());
  json.optional_member("output_problem", problem_of(places.to_write.front()));
  write_folders(json, "may_write_to", places.to_write);
  write_folders(json, "may_read_from", places.to_read);
  write_limits(json, limits);
  json.member("settings", host.options().settings_files.limn_yaml.string());
  json.end_object();
  ToolResult result;
  result.json = json.str();
  return result;
}

} // namespace limn
