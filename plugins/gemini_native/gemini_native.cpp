#include "gemini_native/gemini_native.hpp"

#include "common/aspect_ratio.hpp"
#include "common/image_answer.hpp"
#include "common/job_fields.hpp"
#include "common/json.hpp"
#include "common/json_body.hpp"
#include "common/path_segment.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::gemini_native {

using plugins::Json;
using plugins::member;
using plugins::text_of;
using plugins::write_text;

namespace {

// The version, for a base URL that is a server and nothing else.
std::string version_of(const sdk::Gateway& gateway)
{
  const auto host = gateway.base_url.find("://") + 3;
  return gateway.base_url.find('/', host) == std::string::npos ? "/v1beta" : "";
}

std::string path_of(const sdk::Gateway& gateway)
{
  std::string_view model = gateway.model;
  constexpr std::string_view prefix = "models/";
  model.remove_prefix(model.starts_with(prefix) ? prefix.size() : 0);
  if (!plugins::is_path_segment(model)) {
    throw sdk::Failure(LIMN_MODEL, "no model of Gemini has the name '" + gateway.model + "'",
                       "say `model:` of this gateway, such as gemini-2.5-flash-image");
  }
  return version_of(gateway) + "/models/" + std::string(model) + ":generateContent";
}

// "2K" or "4K" of a size that needs it; what is drawn without is 1K, which some models draw alone.
std::string_view image_size_of(std::string_view size)
{
  constexpr double k_most_of_1k = 1536; // 21:9 of 1K
  constexpr double k_most_of_2k = 3168;
  const auto pixels = plugins::pixel_size_of(size);
  const auto longer = pixels ? std::max(pixels->width, pixels->height) : 0;
  return longer > k_most_of_2k ? "4K" : longer > k_most_of_1k ? "2K" : "";
}

void write_contents(plugins::JsonBody& body, const sdk::Job& job)
{
  auto& json = body.json();
  json.Key("contents");
  json.StartArray();
  json.StartObject();
  write_text(json, "role", "user");
  json.Key("parts");
  json.StartArray();
  json.StartObject();
  write_text(json, "text", job.prompt);
  json.EndObject();
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    const auto& media_type = job.inputs[i].media_type;
    json.StartObject();
    json.Key("inlineData");
    json.StartObject();
    write_text(json, "mimeType", plugins::is_plain(media_type) ? media_type : "image/png");
    json.Key("data");
    body.base64(i);
    json.EndObject();
    json.EndObject();
  }
  json.EndArray();
  json.EndObject();
  json.EndArray();
}

void write_config(plugins::JsonWriter& json, const sdk::Job& job)
{
  json.Key("generationConfig");
  json.StartObject();
  json.Key("responseModalities");
  json.StartArray();
  json.String("TEXT");
  json.String("IMAGE");
  json.EndArray();
  const bool has_size = !job.is_dropped("size") && !job.is_dropped("imageConfig");
  const auto ratio =
    has_size && !job.is_dropped("aspectRatio") ? plugins::aspect_ratio_of(job.size) : "";
  const auto image_size = has_size && !job.is_dropped("imageSize") ? image_size_of(job.size) : "";
  if (!ratio.empty() || !image_size.empty()) {
    json.Key("imageConfig");
    json.StartObject();
    if (!ratio.empty()) {
      write_text(json, "aspectRatio", ratio);
    }
    if (!image_size.empty()) {
      write_text(json, "imageSize", image_size);
    }
    json.EndObject();
  }
  json.EndObject();
}

// What a model draws while it thinks is marked as a thought. Some mark the finished picture so,
// too: it is the last then. https://ai.google.dev/gemini-api/docs/image-generation#thinking-process
std::vector<plugins::FoundImage> finished_images(const Json& message)
{
  std::vector<plugins::FoundImage> finished;
  std::vector<plugins::FoundImage> thoughts;
  plugins::for_each(member(&message, "candidates"), [&](const Json& candidate) {
    plugins::for_each(member(&candidate, {"content", "parts"}), [&](const Json& part) {
      const auto* mark = member(&part, "thought");
      const bool is_thought = mark && mark->IsBool() && mark->GetBool();
      plugins::add_images_in_content(&part, is_thought ? thoughts : finished);
    });
  });
  if (finished.empty() && !thoughts.empty()) {
    finished.push_back(std::move(thoughts.back()));
  }
  return finished;
}

// Of the tokens of one kind: [{"modality":"IMAGE","tokenCount":1290}].
std::int64_t tokens_of(const Json* details, std::string_view modality)
{
  std::int64_t tokens = -1;
  plugins::for_each(details, [&](const Json& one) {
    if (text_of(member(&one, "modality")) == modality) {
      tokens = plugins::count_of(member(&one, "tokenCount")).value_or(-1);
    }
  });
  return tokens;
}

void read_usage(const Json& message, sdk::Answer& answer)
{
  const auto* usage = member(&message, "usageMetadata");
  if (!usage || !usage->IsObject()) {
    return;
  }
  auto& told = answer.usage.emplace();
  told.input_text_tokens = tokens_of(member(usage, "promptTokensDetails"), "TEXT");
  told.input_image_tokens = tokens_of(member(usage, "promptTokensDetails"), "IMAGE");
  told.output_text_tokens = tokens_of(member(usage, "candidatesTokensDetails"), "TEXT");
  told.output_image_tokens = tokens_of(member(usage, "candidatesTokensDetails"), "IMAGE");
  told.total_tokens = plugins::count_of(member(usage, "totalTokenCount")).value_or(-1);
}

} // namespace

sdk::Capabilities GeminiNative::describe() const
{
  return {LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_TAKES_BARE_BASE_URL, 1};
}

sdk::Terms GeminiNative::terms(const sdk::Gateway& gateway) const
{
  sdk::Terms terms;
  terms.key_header = "x-goog-api-key";
  terms.models_path = version_of(gateway) + "/models?pageSize=1000"; // all of them on one page
  terms.models_list = "models";
  terms.models_id = "name";
  return terms;
}

sdk::Request GeminiNative::build(const sdk::Job& job, const sdk::Gateway& gateway) const
{
  plugins::JsonBody body;
  auto& json = body.json();
  json.StartObject();
  write_contents(body, job);
  write_config(json, job);
  json.EndObject();
  auto request = sdk::Request::json(path_of(gateway), {});
  request.headers.emplace_back("Accept", "application/json");
  request.parts = body.take();
  return request;
}

sdk::Answer GeminiNative::read(const sdk::Message& message) const
{
  sdk::Answer answer;
  const auto json = plugins::parse_json(message.content());
  for (auto& image : finished_images(json)) {
    answer.images.push_back({std::move(image.content), std::move(image.revised_prompt)});
  }
  read_usage(json, answer);
  if (answer.images.empty()) {
    const auto words = plugins::words_in(json);
    answer.words = words.text;
    answer.refusal = words.refusal;
  }
  return answer;
}

} // namespace limn::gemini_native
