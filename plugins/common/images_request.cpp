#include "common/images_request.hpp"

#include "common/answer_reading.hpp"
#include "common/job_fields.hpp"
#include "common/json.hpp"
#include "common/json_body.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace limn::plugins {

namespace {

// Which image of several an event of a stream belongs to is nowhere defined.
bool streams(const sdk::Job& job)
{
  return job.partial_images && job.count == 1 && !job.is_dropped("partial_images")
         && !job.is_dropped("stream");
}

std::vector<JobField> fields(const sdk::Job& job, const sdk::Gateway& gateway)
{
  std::vector<JobField> result{{"model", std::string_view(gateway.model)},
                               {"prompt", std::string_view(job.prompt)}};
  if (job.count > 1 && !job.is_dropped("n")) {
    result.push_back({"n", job.count});
  }
  for (const auto& field :
       picture_fields(job, [&](std::string_view name) { return job.is_dropped(name); })) {
    result.push_back(field);
  }
  return result;
}

sdk::Request generation(const std::vector<JobField>& fields, const sdk::Job& job)
{
  JsonText body;
  JsonWriter writer(body);
  writer.StartObject();
  for (const auto& field : fields) {
    write_field(writer, field);
  }
  if (streams(job)) {
    writer.Key("stream");
    writer.Bool(true);
    write_field(writer, {"partial_images", *job.partial_images});
  }
  writer.EndObject();
  return sdk::Request::json("/images/generations", std::string(body.GetString(), body.GetSize()));
}

sdk::Part field_part(std::string_view name, std::string value)
{
  return {LIMN_PART_TEXT, std::move(value), 0, std::string(name), {}, {}};
}

// Gateways refuse an image part that has no file name or no image type.
sdk::Part file_part(std::string name, std::size_t index, const sdk::Input& input)
{
  const std::string media_type = input.media_type.empty() ? "image/png" : input.media_type;
  std::string filename = input.filename;
  if (filename.empty()) {
    filename =
      "image-" + std::to_string(index + 1) + "." + media_type.substr(media_type.find('/') + 1);
  }
  return {LIMN_PART_INPUT_BYTES, {},        static_cast<uint32_t>(index), std::move(name),
          std::move(filename),   media_type};
}

std::size_t count_images(const sdk::Job& job)
{
  return static_cast<std::size_t>(
    std::count_if(job.inputs.begin(), job.inputs.end(),
                  [](const auto& input) { return input.role == LIMN_INPUT_IMAGE; }));
}

sdk::Request form_edit(const std::vector<JobField>& fields, const sdk::Job& job)
{
  sdk::Request request;
  request.path = "/images/edits";
  request.multipart = true;
  for (const auto& [name, value] : fields) {
    const auto* text = std::get_if<std::string_view>(&value);
    request.parts.push_back(
      field_part(name, text ? std::string(*text) : std::to_string(std::get<int>(value))));
  }
  if (streams(job)) {
    request.parts.push_back(field_part("stream", "true"));
    request.parts.push_back(field_part("partial_images", std::to_string(*job.partial_images)));
  }

  const auto* image_name = form_of_edit(job) == FormOfEdit::brackets ? "image[]" : "image";
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    const auto& input = job.inputs[i];
    request.parts.push_back(
      file_part(input.role == LIMN_INPUT_MASK ? "mask" : image_name, i, input));
  }
  return request;
}

sdk::Request json_edit(const std::vector<JobField>& fields, const sdk::Job& job)
{
  JsonBody body;
  auto& json = body.json();
  const auto reference = [&](std::size_t index) {
    json.StartObject();
    json.Key("image_url");
    body.data_url(index, job.inputs[index]);
    json.EndObject();
  };
  json.StartObject();
  for (const auto& field : fields) {
    write_field(json, field);
  }
  json.Key("images");
  json.StartArray();
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    if (job.inputs[i].role == LIMN_INPUT_IMAGE) {
      reference(i);
    }
  }
  json.EndArray();
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    if (job.inputs[i].role == LIMN_INPUT_MASK) {
      json.Key("mask");
      reference(i);
    }
  }
  if (streams(job)) {
    json.Key("stream");
    json.Bool(true);
    write_field(json, {"partial_images", *job.partial_images});
  }
  json.EndObject();
  auto request = sdk::Request::json("/images/edits", {});
  request.parts = body.take();
  return request;
}

sdk::Request edit(const std::vector<JobField>& fields, const sdk::Job& job)
{
  if (count_images(job) == 0) {
    throw sdk::Failure(LIMN_INVALID_REQUEST, "a mask needs an image to lie on");
  }
  return form_of_edit(job) == FormOfEdit::json ? json_edit(fields, job) : form_edit(fields, job);
}

// Of a refusal that has nothing to do with the form.
bool is_about_something_else(limn_status status)
{
  return status == LIMN_CONTENT || status == LIMN_BILLING || status == LIMN_AUTH
         || status == LIMN_ACCESS || status == LIMN_RATE_LIMITED || status == LIMN_SIZE
         || status == LIMN_MODEL;
}

bool contains_any(std::string_view text, std::initializer_list<std::string_view> words)
{
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

} // namespace

FormOfEdit form_of_edit(const sdk::Job& job)
{
  const auto images = count_images(job);
  if (images == 0) {
    return FormOfEdit::none;
  }
  const bool takes_brackets = !job.is_dropped("image[]");
  const bool takes_repeated = !job.is_dropped("image");
  if (!takes_brackets && !takes_repeated) {
    return FormOfEdit::json;
  }
  // The bracketed name is for lists: some gateways know just one of the two.
  const bool brackets = takes_brackets && (images > 1 || !takes_repeated);
  return brackets ? FormOfEdit::brackets : FormOfEdit::repeated;
}

// FastAPI: {"detail":[{"type":"missing","loc":["body","image"],"msg":"Field required"}]}; new-api:
// "image is required"; who wants JSON cannot parse the form's first line of hyphens.
void throw_if_other_form_is_wanted(const sdk::Host& host, const sdk::Event& event, FormOfEdit form)
{
  const bool is_refusal =
    event.http_status == 400 || event.http_status == 415 || event.http_status == 422;
  if (!is_refusal || form == FormOfEdit::none || form == FormOfEdit::json) {
    return;
  }
  const auto failure = host.failure_in(event);
  if (failure && is_about_something_else(failure->status)) {
    return;
  }
  std::string text(sdk::from_abi(event.content).substr(0, 4096));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  const bool misses_image =
    text.find("image") != std::string::npos
    && contains_any(text, {"required", "missing", "no image", "not provided", "must provide",
                           "must be provided", "at least one", "no such file", "not found in",
                           "cannot be empty", "must not be empty", "is empty", "缺少", "不能为空",
                           "必须", "未提供", "未上传"});
  const bool wants_json =
    event.http_status == 415
    || contains_any(text, {"application/json", "invalid character '-'", "is not valid json",
                           "invalid json", "json_invalid", "json decode", "failed to parse json",
                           "could not parse the json", "parse the json body"});
  if (!misses_image && !wants_json) {
    return;
  }
  sdk::Failure other(LIMN_PARAMETER, failure ? failure->message
                                             : "the gateway found no image: "
                                                 + shortened(sdk::from_abi(event.content)));
  other.param = form == FormOfEdit::brackets ? "image[]" : "image";
  throw other;
}

sdk::Request images_request(const sdk::Job& job, const sdk::Gateway& gateway)
{
  auto all = fields(job, gateway);
  // GPT Image models refuse this one, and some relays answer with a URL unless they get it.
  const auto response_format = gateway.setting("response_format");
  if (response_format && !response_format->empty() && !job.is_dropped("response_format")) {
    all.push_back({"response_format", std::string_view(*response_format)});
  }
  auto request = job.inputs.empty() ? generation(all, job) : edit(all, job);
  request.headers.emplace_back("Accept", streams(job) ? "text/event-stream" : "application/json");
  request.billable = true;
  return request;
}

} // namespace limn::plugins
