#include "sandbox/edit_form.hpp"

#include "http_server/form_reader.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>
#include <vector>

namespace limn::sandbox {

namespace {

bool is_picture(const std::string& name)
{
  return name == "image" || name == "image[]" || name == "mask";
}

class FormFields : public PartReceiver
{
public:
  struct Field {
    PartHead head;
    std::string content; // of a picture: nothing
  };

  void begin_part(const PartHead& head) override { m_begun = {head, {}}; }
  void data(std::string_view piece) override
  {
    if (!is_picture(m_begun.head.name)) {
      m_begun.content += piece;
    }
  }
  void end_part() override { fields.push_back(std::move(m_begun)); }

  std::vector<Field> fields;

private:
  Field m_begun;
};

// As far as the form is well-formed.
std::vector<FormFields::Field> fields_of(const Request& request)
{
  FormFields form;
  if (auto reader = FormReader::create(request.header("content-type"), form)) {
    static_cast<void>(reader->feed(request.body));
  }
  return std::move(form.fields);
}

} // namespace

std::variant<rapidjson::Document, Answer> edit_form_as_json(const Request& request)
{
  rapidjson::Document object(rapidjson::kObjectType);
  int images = 0;
  for (const auto& [head, content] : fields_of(request)) {
    if (is_picture(head.name)) {
      if (head.filename.value_or("").empty() || !head.media_type.starts_with("image/")) {
        return error_answer(
          400,
          fmt::format("Invalid file '{}': unsupported mimetype ('{}'). Supported file formats are "
                      "'image/jpeg', 'image/png', and 'image/webp'.",
                      head.name, head.media_type),
          "invalid_request_error", head.name, "unsupported_file_mimetype");
      }
      images += head.name != "mask";
      continue;
    }
    auto& allocator = object.GetAllocator();
    rapidjson::Value value(content.c_str(), allocator);
    if (head.name == "n" || head.name == "partial_images" || head.name == "output_compression") {
      int number = 0;
      std::from_chars(content.data(), content.data() + content.size(), number);
      value.SetInt(number);
    } else if (head.name == "stream") {
      value.SetBool(content == "true");
    }
    object.AddMember(rapidjson::Value(head.name.c_str(), allocator), value, allocator);
  }
  if (images == 0) {
    return error_answer(400, "Missing required parameter: 'image'.", "invalid_request_error",
                        "image", "missing_required_parameter");
  }
  return object;
}

} // namespace limn::sandbox
