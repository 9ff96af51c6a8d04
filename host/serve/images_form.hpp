#pragma once

#include "base/redaction.hpp"
#include "serve/answer_form.hpp"
#include "serve/images_request.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Of /v1/images/...: a list of pictures, or events of that name.
class ImagesForm : public AnswerForm
{
public:
  // Makes the address of a picture; nothing: there is none, and the picture itself is told.
  using Address =
    std::function<std::optional<std::string>(const std::string& job, const DrawnPicture& picture)>;

  // `event`: "image_generation", ... The redactor is borrowed. `address` may be null: pictures
  // are told themselves.
  ImagesForm(const Redactor& redactor, std::string_view event, const JobText& asked,
             Address address = nullptr);

  std::shared_ptr<PictureBody> whole(const DrawnPictures& drawn) override;
  std::shared_ptr<PictureBody> opening(const std::string& job) override;
  std::shared_ptr<PictureBody> preview(const KeptPreview& preview, PictureFile file) override;
  std::shared_ptr<PictureBody> completed(const DrawnPictures& drawn) override;
  std::shared_ptr<PictureBody> failed(const ErrorReply& error) override;

private:
  void write_look(JsonWriter& json, std::string_view size, std::string_view format) const;

  const Redactor& m_redactor;
  std::string m_event;
  std::string m_size; // these three: "auto" where nothing was asked for
  std::string m_quality;
  std::string m_background;
  Address m_address;
};

} // namespace limn
