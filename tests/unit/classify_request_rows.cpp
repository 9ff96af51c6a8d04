#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;

namespace {

// A member of the request that is not known, with its name.
struct Field {
  std::string_view text;
  std::string_view name;
};
constexpr Field k_unknown_fields[] = {
  {"Argument not supported: size", "size"},
  {"Argument not supported: quality", "quality"},
  {"Unknown parameter: 'size'.", "size"},
  {"Unsupported parameter: 'quality' is not supported with this model.", "quality"},
  {"Images.generate() got an unexpected keyword argument 'background'", "background"},
  {"Additional properties are not allowed ('output_format' was unexpected)", "output_format"},
  {"Unrecognized key(s) in object: 'moderation'", "moderation"},
  {"Unrecognized request argument supplied: style", "style"},
  {"json: unknown field \\\"quality\\\"", "quality"},
  {"unknown field `background`, expected one of `prompt`, `model`", "background"},
  {"Invalid JSON payload received. Unknown name \\\"output_format\\\": Cannot find field.",
   "output_format"},
  {"Model gpt-x does not support parameter output_compression", "output_compression"},
  {"The model 'x' does not support the 'quality' parameter.", "quality"},
  {"The parameter `quality` is not supported by this model.", "quality"},
  {"The size parameter is not supported by this model.", "size"},
  {"Unsupported value: 'quality' does not support 'hd' with this model.", "quality"},
  {"Parameter moderation is not allowed", "moderation"},
  {"property background should not exist", "background"},
  {"unwanted field: style", "style"},
  {"不支持参数 quality", "quality"},
  {"不支持的参数：background", "background"},
  {"参数 quality 不支持", "quality"},
  {"未知参数: style", "style"},
};

constexpr std::string_view k_sizes[] = {
  "Requested image size 2048x2048 exceeds the maximum allowed size of 1048576 pixels.",
  "The parameter `size` specified in the request is not valid: size must be one of '2k' or '4k'.",
  "size must be in format 'WIDTHxHEIGHT'",
  "Invalid size format: '2k'. Width and height must be integers.",
  "Size '2048x2048' is not supported by this model.",
  "Unsupported image size: 2048x2048",
  "width must be a multiple of 32",
  "width and height must be between 256 and 1440",
  "height: must be less than or equal to 1536",
  "The resolution 2048x2048 is not supported.",
  "Invalid resolution",
  "Aspect ratio must be between 1:3 and 3:1",
  "Unsupported aspect_ratio: 7:3",
  "The number of pixels must not exceed 4194304",
  "total pixels must be between 589824 and 2073600",
  "The size does not match the allowed size ['1024*1024', '720*1280']",
  "Image dimensions must be divisible by 8",
  "Supported sizes: 1024x1024, 1536x1024",
  "不支持的图片尺寸",
  "图片分辨率超出限制",
  "宽高比不合法",
};

constexpr std::string_view k_of_inputs[] = {
  "File size exceeds the maximum allowed size of 4 MB",
  "The mask must have the same size as the image.",
  "Input image dimensions must be at least 64 pixels.",
  "Invalid image: cannot identify image file",
  "Error while downloading the image.",
};

} // namespace

void add_request_rows(Rows& rows)
{
  for (const auto& [text, name] : k_unknown_fields) {
    rows.add_error(400, parameter, text).param(name);
    rows.add_error(422, parameter, text).param(name);
  }
  for (const auto text : k_sizes) {
    rows.add_error(400, size, text).param("size");
    rows.add_error(422, size, text).param("size");
  }
  for (const auto text : k_of_inputs) {
    rows.add_error(400, invalid_request, text);
  }

  // By the field alone, whose name may be the end of a path
  for (const auto* param : {"size", "width", "height", "image_size", "parameters.size",
                            "imageConfig.aspectRatio", "resolution"}) {
    rows.bodies.push_back(std::string(R"~({"error":{"message":"odd","param":")~") + param
                          + R"~("}})~");
    rows.add(400, size, rows.bodies.back()).param("size");
  }
  rows
    .add(422, size,
         R"~({"detail":[{"loc":["body","image_size"],"msg":"odd","type":"value_error"}]})~")
    .param("size");
  rows
    .add(422, size,
         R"~({"detail":[{"loc":["body","size","str"],"msg":"odd","type":"value_error"}]})~")
    .param("size");
  rows
    .add(
      422, parameter,
      R"~({"detail":[{"type":"extra_forbidden","loc":["body","size"],"msg":"Extra inputs are not permitted"}]})~")
    .param("size");
  rows
    .add(
      422, parameter,
      R"~({"object":"error","message":{"detail":[{"type":"extra_forbidden","loc":["body","quality"],"msg":"Extra inputs are not permitted"}]},"type":"invalid_request_error"})~")
    .param("quality");
  rows.add(400, parameter, R"~({"code":"400","error":"Argument not supported: size"})~")
    .param("size");
  rows
    .add(
      400, size,
      R"~({"error":{"code":"InvalidParameter","message":"The parameter `size` specified in the request is not valid: size must be one of '2k', '3k'. Request id: 1","param":"","type":"BadRequest"}})~")
    .param("size");
  rows
    .add(
      400, size,
      R"~({"error":{"message":"Unsupported value: '1x1'","param":"size","code":"unsupported_value"}})~")
    .param("size");
  rows.add(
    400, size,
    R"~({"detail":"Requested image size 2048x2048 exceeds the maximum allowed size of 1048576 pixels. You can reduce it."})~");
  rows
    .add(
      400, parameter,
      R"~({"errors":[{"code":"unsupportedParameter","message":"Unsupported use.","parameter":"quality"}]})~")
    .param("quality");
  rows.add(
    422, size,
    R"~({"title":"Input validation failed","detail":"odd","status":422,"invalid_fields":[{"field":"width"}]})~");

  // A form came where only JSON is taken: this endpoint does not edit
  rows.add_error(400, endpoint, "Unexpected token - in JSON at position 0");
  rows.add_error(400, endpoint, "No number after minus sign in JSON at position 1");
  rows.add_error(400, endpoint, "invalid character '-' in numeric literal");
  rows.add_error(400, invalid_request,
                 "json: cannot unmarshal string into Go struct field ImageRequest.n of type uint");
}

} // namespace limn::test
