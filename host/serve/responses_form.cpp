#include "serve/responses_form.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_result = "result";
constexpr std::string_view k_partial = "partial_image_b64";

std::string id_of_item(std::string_view job)
{
  return fmt::format("ig_{}", job);
}

void write_null(JsonWriter& json, std::string_view name)
{
  json.key(name);
  json.null();
}

} // namespace

ResponsesForm::ResponsesForm(const Redactor& redactor, ResponsesEcho echo, const ImageCall& call)
  : m_redactor(redactor), m_echo(std::move(echo)),
    m_action(call.inputs.empty() ? "generate" : "edit"), m_size(or_auto(call.wanted.job.size)),
    m_quality(or_auto(call.wanted.job.quality)), m_background(or_auto(call.wanted.job.background)),
    m_created(now_in_seconds())
{
}

std::shared_ptr<PictureBody> ResponsesForm::whole(const DrawnPictures& drawn)
{
  JsonWriter json;
  write_response(json, drawn.job, &drawn);
  auto body = std::make_shared<PictureBody>();
  body->add_json(m_redactor.redact_json(json.view()), k_result, {drawn.pictures.front().file});
  return body;
}

std::shared_ptr<PictureBody> ResponsesForm::opening(const std::string& job)
{
  m_job = job;
  auto body = std::make_shared<PictureBody>();
  add_with_response(*body, "response.created", job, nullptr);
  add_with_response(*body, "response.in_progress", job, nullptr);
  add_with_item(*body, "response.output_item.added", job, nullptr);
  add_step(*body, "response.image_generation_call.in_progress", job);
  add_step(*body, "response.image_generation_call.generating", job);
  return body;
}

std::shared_ptr<PictureBody> ResponsesForm::preview(const KeptPreview& preview, PictureFile file)
{
  constexpr std::string_view type = "response.image_generation_call.partial_image";
  JsonWriter json;
  begin_event(json, type);
  json.member("output_index", std::int64_t{0});
  json.member("item_id", id_of_item(m_job));
  json.member("partial_image_index", std::int64_t{preview.index});
  write_look(json, m_size, std::string(format_of_file(preview.file)));
  json.member(k_partial, k_picture_here);
  json.end_object();
  auto body = std::make_shared<PictureBody>();
  add(*body, type, json, {std::move(file)}, k_partial);
  return body;
}

std::shared_ptr<PictureBody> ResponsesForm::completed(const DrawnPictures& drawn)
{
  auto body = std::make_shared<PictureBody>();
  add_step(*body, "response.image_generation_call.completed", drawn.job);
  add_with_item(*body, "response.output_item.done", drawn.job, &drawn);
  add_with_response(*body, "response.completed", drawn.job, &drawn);
  body->add(k_stream_done);
  return body;
}

// Flat, as the API says, and with the member that clients look for.
std::shared_ptr<PictureBody> ResponsesForm::failed(const ErrorReply& error)
{
  JsonWriter json;
  begin_event(json, "error");
  json.optional_member("code", error.code);
  json.member("message", error.message);
  json.optional_member("param", error.param);
  json.end_object();
  auto text = json.str();
  text.pop_back();
  text += "," + to_json(error).substr(1);
  auto body = std::make_shared<PictureBody>();
  add_event(*body, "error", m_redactor.redact_json(text));
  return body;
}

void ResponsesForm::begin_event(JsonWriter& json, std::string_view type)
{
  json.begin_object();
  json.member("type", type);
  json.member("sequence_number", ++m_sequence);
}

void ResponsesForm::add(PictureBody& body, std::string_view type, JsonWriter& json,
                        std::vector<PictureFile> files, std::string_view member)
{
  add_event(body, type, m_redactor.redact_json(json.view()), member, std::move(files));
}

void ResponsesForm::add_step(PictureBody& body, std::string_view type, std::string_view job)
{
  JsonWriter json;
  begin_event(json, type);
  json.member("output_index", std::int64_t{0});
  json.member("item_id", id_of_item(job));
  json.end_object();
  add(body, type, json);
}

void ResponsesForm::add_with_item(PictureBody& body, std::string_view type, std::string_view job,
                                  const DrawnPictures* drawn)
{
  JsonWriter json;
  begin_event(json, type);
  json.member("output_index", std::int64_t{0});
  json.key("item");
  write_item(json, job, drawn);
  json.end_object();
  add(body, type, json,
      drawn != nullptr ? std::vector{drawn->pictures.front().file} : std::vector<PictureFile>());
}

void ResponsesForm::add_with_response(PictureBody& body, std::string_view type,
                                      std::string_view job, const DrawnPictures* drawn)
{
  JsonWriter json;
  begin_event(json, type);
  json.key("response");
  write_response(json, job, drawn);
  json.end_object();
  add(body, type, json,
      drawn != nullptr ? std::vector{drawn->pictures.front().file} : std::vector<PictureFile>());
}

void ResponsesForm::write_look(JsonWriter& json, const std::string& size,
                               const std::string& format) const
{
  json.member("size", size);
  json.member("quality", m_quality);
  json.member("background", m_background);
  json.member("output_format", format);
}

// `drawn`: null while it is being drawn.
void ResponsesForm::write_item(JsonWriter& json, std::string_view job,
                               const DrawnPictures* drawn) const
{
  json.begin_object();
  json.member("id", id_of_item(job));
  json.member("type", "image_generation_call");
  json.member("status", drawn != nullptr ? "completed" : "in_progress");
  if (drawn == nullptr) {
    write_null(json, k_result);
  } else {
    const auto& picture = drawn->pictures.front();
    json.member("action", m_action);
    write_look(json, drawn->size.empty() ? m_size : drawn->size,
               std::string(format_of_file(picture.path)));
    json.optional_member("revised_prompt", picture.revised_prompt);
    json.member(k_result, k_picture_here);
  }
  json.end_object();
}

void ResponsesForm::write_response(JsonWriter& json, std::string_view job,
                                   const DrawnPictures* drawn) const
{
  json.begin_object();
  json.member("id", fmt::format("resp_{}", job));
  json.member("object", "response");
  json.member("created_at", m_created);
  json.member("status", drawn != nullptr ? "completed" : "in_progress");
  json.flag("background", false);
  for (const auto name : {"error", "incomplete_details", "instructions", "max_output_tokens",
                          "previous_response_id", "temperature", "top_p"}) {
    write_null(json, name);
  }
  json.member("model", m_echo.model);
  json.key("output");
  json.begin_array();
  if (drawn != nullptr) {
    write_item(json, job, drawn);
  }
  json.end_array();
  json.flag("parallel_tool_calls", false);
  json.flag("store", false);
  json.key("tool_choice");
  json.raw(m_echo.choice);
  json.key("tools");
  json.begin_array();
  json.raw(m_echo.tool);
  json.end_array();
  json.key("metadata");
  json.raw("{}");
  if (drawn != nullptr) {
    write_usage_of(json, UsageOf::responses, drawn->usage);
  }
  json.end_object();
}

} // namespace limn
