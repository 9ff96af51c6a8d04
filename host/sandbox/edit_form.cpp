#include "sandbox/edit_form.hpp"

#include "sandbox/multipart.hpp"

#include <fmt/format.h>

#include <charconv>

namespace limn::sandbox {

std::variant<rapidjson::Document, Answer> edit_form_as_json(const Request& request)
{
  rapidjson::Document object(rapidjson::kObjectType);
  int images = 0;
  for (const auto& field : read_multipart(request.header("content-type"), request.body)) {
    if (field.name == "image" || field.name == "image[]" || field.name == "mask") {
      if (field.filename.empty() || !field.media_type.starts_with("image/")) {
        return error_answer(
          400,
          fmt::format("Invalid file '{}': unsupported mimetype ('{}'). Supported file formats are "
                      "'image/jpeg', 'image/png', and 'image/webp'.",
                      field.name, field.media_type),
          "invalid_request_error", field.name, "unsupported_file_mimetype");
      }
      images += field.name != "mask";
      continue;
    }
    auto& allocator = object.GetAllocator();
    rapidjson::Value value(field.content.c_str(), allocator);
    if (field.name == "n" || field.name == "partial_images" || field.name == "output_compression") {
      int number = 0;
      std::from_chars(field.content.data(), field.content.data() + field.content.size(), number);
      value.SetInt(number);
    } else if (field.name == "stream") {
      value.SetBool(field.content == "true");
    }
    object.AddMember(rapidjson::Value(field.name.c_str(), allocator), value, allocator);
  }
  if (images == 0) {
    return error_answer(400, "Missing required parameter: 'image'.", "invalid_request_error",
                        "image", "missing_required_parameter");
  }
  return object;
}

} // namespace limn::sandbox
