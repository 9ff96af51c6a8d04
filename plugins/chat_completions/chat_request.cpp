#include "chat_completions/chat_request.hpp"

#include "common/aspect_ratio.hpp"
#include "common/job_fields.hpp"
#include "common/json_body.hpp"

namespace limn::chat_completions {

using plugins::write_text;

namespace {

void write_content(plugins::JsonBody& body, const sdk::Job& job)
{
  auto& json = body.json();
  if (job.inputs.empty()) {
    write_text(json, "content", job.prompt); // some gateways know no lists
    return;
  }
  json.Key("content");
  json.StartArray();
  json.StartObject();
  write_text(json, "type", "text");
  write_text(json, "text", job.prompt);
  json.EndObject();
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    json.StartObject();
    write_text(json, "type", "image_url");
    json.Key("image_url");
    json.StartObject();
    json.Key("url");
    body.data_url(i, job.inputs[i]);
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
}

} // namespace

sdk::Request chat_request(const sdk::Job& job, const sdk::Gateway& gateway, const Manner& manner)
{
  const bool streams = manner.streams && !job.is_dropped("stream");
  plugins::JsonBody body;
  auto& json = body.json();
  json.StartObject();
  write_text(json, "model", gateway.model);
  json.Key("messages");
  json.StartArray();
  json.StartObject();
  write_text(json, "role", "user");
  write_content(body, job);
  json.EndObject();
  json.EndArray();
  if (!manner.modalities.empty() && !job.is_dropped("modalities")) {
    json.Key("modalities");
    json.StartArray();
    for (const auto& one : manner.modalities) {
      json.String(one.data(), static_cast<unsigned>(one.size()));
    }
    json.EndArray();
  }
  const auto ratio = plugins::aspect_ratio_of(job.size);
  if (manner.sends_image_config && !ratio.empty() && !job.is_dropped("image_config")
      && !job.is_dropped("aspect_ratio")) {
    json.Key("image_config");
    json.StartObject();
    write_text(json, "aspect_ratio", ratio);
    json.EndObject();
  }
  if (!job.is_dropped("stream")) {
    json.Key("stream"); // said in both cases: some gateways stream unless they are told not to
    json.Bool(streams);
  }
  json.EndObject();

  auto request = sdk::Request::json("/chat/completions", {});
  request.headers.emplace_back("Accept", streams ? "text/event-stream" : "application/json");
  request.billable = true;
  request.parts = body.take();
  return request;
}

} // namespace limn::chat_completions
