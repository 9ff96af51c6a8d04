#pragma once

#include "base/redaction.hpp"
#include "serve/answer_form.hpp"
#include "serve/image_call.hpp"
#include "serve/responses_request.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace limn {

// Of /v1/responses: a response whose output is one call of the tool image_generation, or its
// events.
class ResponsesForm : public AnswerForm
{
public:
  // The redactor is borrowed.
  ResponsesForm(const Redactor& redactor, ResponsesEcho echo, const ImageCall& call);

  std::shared_ptr<PictureBody> whole(const DrawnPictures& drawn) override;
  std::shared_ptr<PictureBody> opening(const std::string& job) override;
  std::shared_ptr<PictureBody> preview(const KeptPreview& preview, PictureFile file) override;
  std::shared_ptr<PictureBody> completed(const DrawnPictures& drawn) override;
  std::shared_ptr<PictureBody> failed(const ErrorReply& error) override;

private:
  void begin_event(JsonWriter& json, std::string_view type);
  void write_response(JsonWriter& json, std::string_view job, const DrawnPictures* drawn) const;
  void write_item(JsonWriter& json, std::string_view job, const DrawnPictures* drawn) const;
  void write_look(JsonWriter& json, const std::string& size, const std::string& format) const;
  void add(PictureBody& body, std::string_view type, JsonWriter& json,
           std::vector<PictureFile> files = {}, std::string_view member = "result");
  void add_with_item(PictureBody& body, std::string_view type, std::string_view job,
                     const DrawnPictures* drawn);
  void add_with_response(PictureBody& body, std::string_view type, std::string_view job,
                         const DrawnPictures* drawn);
  void add_step(PictureBody& body, std::string_view type, std::string_view job);

  const Redactor& m_redactor;
  ResponsesEcho m_echo;
  std::string m_action; // "generate" or "edit"
  std::string m_size;   // these three: "auto" where nothing was asked for
  std::string m_quality;
  std::string m_background;
  std::int64_t m_created;
  std::string m_job;            // once it is known
  std::int64_t m_sequence = -1; // number of the last event
};

} // namespace limn
