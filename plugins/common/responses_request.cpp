#include "common/responses_request.hpp"

#include "common/job_fields.hpp"
#include "common/json_body.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace limn::plugins {

namespace {

// Gateways that are a Codex account behind an API take no request without.
constexpr std::string_view k_instructions =
  "Call the image_generation tool once, with what the user asks for, in the user's own words.";

void write_input(JsonBody& body, const sdk::Job& job)
{
  auto& json = body.json();
  json.Key("input");
  json.StartArray();
  json.StartObject();
  write_text(json, "role", "user");
  json.Key("content");
  json.StartArray();
  json.StartObject();
  write_text(json, "type", "input_text");
  write_text(json, "text", job.prompt);
  json.EndObject();
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    if (job.inputs[i].role != LIMN_INPUT_IMAGE) {
      continue;
    }
    json.StartObject();
    write_text(json, "type", "input_image");
    json.Key("image_url");
    body.data_url(i, job.inputs[i]);
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.EndArray();
}

void write_mask(JsonBody& body, const sdk::Job& job)
{
  const auto mask = std::find_if(job.inputs.begin(), job.inputs.end(),
                                 [](const auto& input) { return input.role == LIMN_INPUT_MASK; });
  if (mask == job.inputs.end()) {
    return;
  }
  body.json().Key("input_image_mask");
  body.json().StartObject();
  body.json().Key("image_url");
  body.data_url(static_cast<std::size_t>(mask - job.inputs.begin()), *mask);
  body.json().EndObject();
}

void write_tool(JsonBody& body, const sdk::Job& job, const sdk::Gateway& gateway, Delivery delivery)
{
  const auto dropped = [&](std::string_view name) { return is_dropped(job, name); };
  auto& json = body.json();
  json.StartObject();
  write_text(json, "type", "image_generation");
  write_text(json, "model", gateway.model); // the documented default no longer exists
  if (!job.inputs.empty() && !dropped("action")) {
    write_text(json, "action", "edit"); // left to itself, the model may draw something new
  }
  for (const auto& field : picture_fields(job, dropped)) {
    write_field(json, field);
  }
  if (delivery == Delivery::stream) {
    if (dropped("partial_images")) {
      // Some gateways lose a zero, and then refuse to stream without a partial image.
      write_field(json, {"partial_images", 1});
    } else if (job.partial_images) {
      write_field(json, {"partial_images", *job.partial_images});
    }
  }
  write_mask(body, job);
  json.EndObject();
}

// Leaving these out would ask for something else than the user did.
void refuse_what_cannot_be_left_out(const sdk::Job& job)
{
  const auto refused = [&](std::string_view name) {
    return std::find(job.dropped.begin(), job.dropped.end(), name) != job.dropped.end();
  };
  if (refused("tools")) {
    throw sdk::Failure(LIMN_UNSUPPORTED, "this gateway refused the image_generation tool");
  }
  if (refused("tools[0].model") || refused("tools.0.model")) {
    throw sdk::Failure(LIMN_UNSUPPORTED, "this gateway does not let the image model be chosen");
  }
  if (is_dropped(job, "input_image_mask")) {
    throw sdk::Failure(LIMN_UNSUPPORTED, "this gateway refused the mask");
  }
}

} // namespace

bool is_dropped(const sdk::Job& job, std::string_view parameter)
{
  return std::any_of(job.dropped.begin(), job.dropped.end(), [&](std::string_view name) {
    if (name == parameter) {
      return true;
    }
    const auto dot = name.rfind('.');
    return dot != std::string_view::npos && name.starts_with("tools")
           && name.substr(dot + 1) == parameter;
  });
}

sdk::Request responses_request(const sdk::Job& job, const sdk::Gateway& gateway,
                               const ResponsesManner& manner)
{
  refuse_what_cannot_be_left_out(job);
  const bool may_stream = manner.delivery != Delivery::stream || !is_dropped(job, "stream");
  const auto delivery = may_stream ? manner.delivery : Delivery::whole;

  JsonBody body;
  auto& json = body.json();
  json.StartObject();
  write_text(json, "model", manner.host_model);
  if (delivery != Delivery::background) {
    if (!is_dropped(job, "instructions")) {
      write_text(json, "instructions", k_instructions);
    }
    if (!is_dropped(job, "store")) {
      json.Key("store"); // nobody asks for the response again; the same gateways insist on it
      json.Bool(false);
    }
  }
  write_input(body, job);
  json.Key("tools");
  json.StartArray();
  write_tool(body, job, gateway, delivery);
  json.EndArray();
  if (!is_dropped(job, "tool_choice") && !is_dropped(job, "tool_choice.type")) {
    json.Key("tool_choice"); // else the model may answer in words
    json.StartObject();
    write_text(json, "type", "image_generation");
    json.EndObject();
  }
  if (delivery == Delivery::stream) {
    json.Key("stream");
    json.Bool(true);
  }
  if (delivery == Delivery::background) {
    json.Key("background");
    json.Bool(true);
    json.Key("store"); // else there is nothing to ask for
    json.Bool(true);
    json.Key("stream");
    json.Bool(false);
  }
  json.EndObject();

  auto request = sdk::Request::json("/responses", {});
  request.headers.emplace_back("Accept", delivery == Delivery::stream ? "text/event-stream"
                                                                      : "application/json");
  request.billable = true;
  request.parts = body.take();
  return request;
}

} // namespace limn::plugins
