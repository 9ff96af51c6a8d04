#include "serve/edits_request.hpp"

#include "base/json.hpp"

#include <fmt/format.h>

namespace limn {

Done read_pictures(const rapidjson::Value& value, EditInputs::Role role, std::string_view name,
                   EditInputs& inputs)
{
  if (value.IsArray()) {
    for (const auto& one : value.GetArray()) {
      LIMN_TRY(read_pictures(one, role, name, inputs));
    }
    return {};
  }
  if (value.IsObject()) {
    const auto* url = member(value, "image_url");
    if (url == nullptr) {
      return fail(
        wrong_parameter(name, "unsupported_parameter",
                        fmt::format("{} has no image_url, and nothing else is known here", name),
                        "send the picture itself, as a data: URL"));
    }
    return read_pictures(*url, role, name, inputs);
  }
  return inputs.add_data_url(role, name, string_or_empty(&value));
}

Done read_edits_request(std::string_view json, EditInputs& inputs, ImageCall& call)
{
  LIMN_TRY_ASSIGN(const auto document, parse_body(json));
  for (const auto& one : document.GetObject()) {
    const auto name = string_or_empty(&one.name);
    if (one.value.IsNull()) {
      continue;
    }
    if (name == "image" || name == "images") {
      LIMN_TRY(read_pictures(one.value, EditInputs::Role::image, name, inputs));
    } else if (name == "mask") {
      LIMN_TRY(read_pictures(one.value, EditInputs::Role::mask, name, inputs));
    } else {
      LIMN_TRY(read_parameter(name, one.value, call.wanted));
    }
  }
  return check_edit(call);
}

Done check_edit(const ImageCall& call)
{
  LIMN_TRY(check_parameters(call.wanted));
  return call.inputs.empty()
           ? fail(wrong_parameter("image", "missing_required_parameter", "there is no picture"))
           : Done();
}

} // namespace limn
