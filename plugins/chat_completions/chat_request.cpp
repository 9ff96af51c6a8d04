#include "chat_completions/chat_request.hpp"

#include "common/job_fields.hpp"
#include "common/json_body.hpp"

#include <charconv>
#include <cmath>

namespace limn::chat_completions {

using plugins::write_text;

namespace {

struct AspectRatio {
  std::string_view name;
  double value;
};

// https://openrouter.ai/docs lists these for image_config.aspect_ratio.
constexpr AspectRatio k_aspect_ratios[] = {
  {"1:1", 1.0},     {"2:3", 2.0 / 3}, {"3:2", 3.0 / 2},   {"3:4", 3.0 / 4},   {"4:3", 4.0 / 3},
  {"4:5", 4.0 / 5}, {"5:4", 5.0 / 4}, {"9:16", 9.0 / 16}, {"16:9", 16.0 / 9}, {"21:9", 21.0 / 9}};

constexpr double k_near = 0.02; // 1920x1088 is 16:9

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

std::string_view aspect_ratio_of(std::string_view size)
{
  const auto* end = size.data() + size.size();
  double width = 0;
  double height = 0;
  const auto first = std::from_chars(size.data(), end, width);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != 'x') {
    return {};
  }
  const auto second = std::from_chars(first.ptr + 1, end, height);
  if (second.ec != std::errc() || second.ptr != end || !(width > 0) || !(height > 0)) {
    return {};
  }
  for (const auto& ratio : k_aspect_ratios) {
    if (std::abs(width / height / ratio.value - 1) < k_near) {
      return ratio.name;
    }
  }
  return {};
}

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
  const auto ratio = aspect_ratio_of(job.size);
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
