#include "openai_images/images_request.hpp"

#include "common/job_fields.hpp"
#include "common/json.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace limn::openai_images {

namespace {

// Which image of several an event of a stream belongs to is nowhere defined.
bool streams(const sdk::Job& job)
{
  return job.partial_images && job.count == 1 && !job.is_dropped("partial_images")
         && !job.is_dropped("stream");
}

std::vector<plugins::JobField> fields(const sdk::Job& job, const sdk::Gateway& gateway)
{
  std::vector<plugins::JobField> result{{"model", std::string_view(gateway.model)},
                                        {"prompt", std::string_view(job.prompt)}};
  if (job.count > 1 && !job.is_dropped("n")) {
    result.push_back({"n", job.count});
  }
  for (const auto& field :
       plugins::picture_fields(job, [&](std::string_view name) { return job.is_dropped(name); })) {
    result.push_back(field);
  }
  return result;
}

sdk::Request generation(const std::vector<plugins::JobField>& fields, const sdk::Job& job)
{
  plugins::JsonText body;
  plugins::JsonWriter writer(body);
  writer.StartObject();
  for (const auto& field : fields) {
    plugins::write_field(writer, field);
  }
  if (streams(job)) {
    writer.Key("stream");
    writer.Bool(true);
    plugins::write_field(writer, {"partial_images", *job.partial_images});
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

sdk::Request edit(const std::vector<plugins::JobField>& fields, const sdk::Job& job)
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

  const auto images = std::count_if(job.inputs.begin(), job.inputs.end(), [](const auto& input) {
    return input.role == LIMN_INPUT_IMAGE;
  });
  if (images == 0) {
    throw sdk::Failure(LIMN_INVALID_REQUEST, "a mask needs an image that it belongs to");
  }
  for (std::size_t i = 0; i < job.inputs.size(); ++i) {
    const auto& input = job.inputs[i];
    // The bracketed name is for lists only: some gateways know just one of the two forms.
    const auto* name = input.role == LIMN_INPUT_MASK ? "mask" : images > 1 ? "image[]" : "image";
    request.parts.push_back(file_part(name, i, input));
  }
  return request;
}

} // namespace

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

} // namespace limn::openai_images
