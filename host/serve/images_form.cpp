#include "serve/images_form.hpp"

#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_base64 = "b64_json";

} // namespace

ImagesForm::ImagesForm(const Redactor& redactor, std::string_view event, const JobText& asked,
                       Address address)
  : m_redactor(redactor), m_event(event), m_size(or_auto(asked.size)),
    m_quality(or_auto(asked.quality)), m_background(or_auto(asked.background)),
    m_address(std::move(address))
{
}

std::shared_ptr<PictureBody> ImagesForm::whole(const DrawnPictures& drawn)
{
  JsonWriter json;
  std::vector<PictureFile> files;
  json.begin_object();
  json.member("created", drawn.created);
  json.key("data");
  json.begin_array();
  for (const auto& picture : drawn.pictures) {
    const auto address = m_address ? m_address(drawn.job, picture) : std::nullopt;
    json.begin_object();
    if (address) {
      json.member("url", *address);
    } else {
      json.member(k_base64, k_picture_here);
      files.push_back(picture.file);
    }
    if (!picture.revised_prompt.empty()) {
      json.member("revised_prompt", picture.revised_prompt);
    }
    json.end_object();
  }
  json.end_array();
  for (const auto& [name, value] :
       {std::pair("model", &drawn.model), std::pair("size", &drawn.size),
        std::pair("output_format", &drawn.pictures.back().format)}) {
    if (!value->empty()) {
      json.member(name, *value);
    }
  }
  write_usage_of(json, UsageOf::images, drawn.usage);
  json.end_object();
  auto body = std::make_shared<PictureBody>();
  body->add_json(m_redactor.redact_json(json.view()), k_base64, std::move(files));
  return body;
}

std::shared_ptr<PictureBody> ImagesForm::opening(const std::string& /*job*/)
{
  return nullptr;
}

void ImagesForm::write_look(JsonWriter& json, std::string_view size, std::string_view format) const
{
  json.member("size", size);
  json.member("quality", m_quality);
  json.member("background", m_background);
  json.member("output_format", format);
}

std::shared_ptr<PictureBody> ImagesForm::preview(const KeptPreview& preview, PictureFile file)
{
  const auto name = m_event + ".partial_image";
  JsonWriter json;
  json.begin_object();
  json.member("type", name);
  json.member("created_at", now_in_seconds());
  write_look(json, m_size, format_of_file(preview.file));
  json.member("partial_image_index", std::int64_t{preview.index});
  json.member(k_base64, k_picture_here);
  json.end_object();
  auto body = std::make_shared<PictureBody>();
  add_event(*body, name, m_redactor.redact_json(json.view()), k_base64, {std::move(file)});
  return body;
}

// An event for each; with the last one what all of them took.
std::shared_ptr<PictureBody> ImagesForm::completed(const DrawnPictures& drawn)
{
  const auto name = m_event + ".completed";
  auto body = std::make_shared<PictureBody>();
  for (const auto& picture : drawn.pictures) {
    JsonWriter json;
    json.begin_object();
    json.member("type", name);
    json.member("created_at", drawn.created);
    write_look(json, drawn.size.empty() ? m_size : drawn.size, format_of_file(picture.path));
    if (&picture == &drawn.pictures.back()) {
      write_usage_of(json, UsageOf::images, drawn.usage);
    }
    if (!picture.revised_prompt.empty()) {
      json.member("revised_prompt", picture.revised_prompt);
    }
    json.member(k_base64, k_picture_here);
    json.end_object();
    add_event(*body, name, m_redactor.redact_json(json.view()), k_base64, {picture.file});
  }
  body->add(k_stream_done);
  return body;
}

std::shared_ptr<PictureBody> ImagesForm::failed(const ErrorReply& error)
{
  auto json = to_json(error);
  json.insert(1, R"("type":"error",)");
  auto body = std::make_shared<PictureBody>();
  add_event(*body, "error", m_redactor.redact_json(json));
  return body;
}

} // namespace limn
