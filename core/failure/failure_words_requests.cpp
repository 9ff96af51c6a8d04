#include "failure/failure_word_tables.hpp"

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

constexpr BuiltInFailureWord k_request[] = {
  // --- Of input images and masks, in words that sizes have too ---

  {message, "invalid image size", size},
  {message, "invalid image_size", size},
  {message, "invalid image dimension", size},
  {message, "ファイルサイズ", invalid_request},
  {message, "file size", invalid_request},
  {message, "file is too large", invalid_request},
  {message, "file too large", invalid_request},
  {message, "image is too large", invalid_request},
  {message, "image too large", invalid_request},
  {message, "request body too large", invalid_request},
  {message, "request too large", invalid_request},
  {message, "payload too large", invalid_request},
  {message, "entity too large", invalid_request},
  {message, "body size", invalid_request},
  {message, "content size", invalid_request},
  {message, "image size*mb", invalid_request},
  {message, "image size*bytes", invalid_request},
  {message, "mask*size", invalid_request},
  {message, "mask*dimension", invalid_request},
  {message, "size*mask", invalid_request},
  {message, "dimension*mask", invalid_request},
  {message, "input image", invalid_request},
  {message, "uploaded image", invalid_request},
  {message, "invalid image", invalid_request},
  {message, "image file", invalid_request},
  {message, "unsupported mimetype", invalid_request},
  {message, "unsupported image format", invalid_request},
  {message, "unsupported file", invalid_request},
  {message, "could not decode image", invalid_request},
  {message, "cannot identify image", invalid_request}, // python-pillow/Pillow
  {message, "image*could not be decoded", invalid_request},
  {message, "unable to process input image", invalid_request}, // Google
  {message, "download*image", invalid_request},
  {message, "fetch*image", invalid_request},

  // --- Parameters ---

  // image guide; openapi.yaml
  {message, "unknown parameter", parameter},
  {message, "unsupported parameter", parameter},
  {message, "unrecognized request argument", parameter},

  // `size` itself is unknown, and not its value
  {message, "size parameter is not supported", parameter},
  {message, "'size' parameter", parameter},
  {message, "parameter 'size' is not supported", parameter},
  {message, "parameter `size` is not supported", parameter},
  {message, "parameter size is not supported", parameter},

  // FastAPI
  {message, "extra inputs are not permitted", parameter},
  {message, "extra fields not permitted", parameter},

  // others: parameter_name.cpp knows where the name stands
  {message, "must not have additional properties", parameter}, // ajv-validator/ajv
  {message, "setting `*is not supported", parameter},          // LiteLLM
  {message, "is not a supported parameter", parameter},
  {message, "参数*不被*支持", parameter},
  {message, "argument not supported", parameter}, // xAI
  {message, "arguments not supported", parameter},
  {message, "unexpected keyword argument", parameter}, // Python
  {message, "unexpected argument", parameter},
  {message, "unknown argument", parameter},
  {message, "invalid argument name", parameter},
  {message, "additional properties are not allowed", parameter}, // JSON Schema
  {message, "additional propert", parameter},
  {message, "unrecognized key", parameter}, // colinhacks/zod
  {message, "unrecognized field", parameter},
  {message, "unrecognized parameter", parameter},
  {message, "unrecognized argument", parameter},
  {message, "unknown field", parameter}, // golang/go, encoding/json; serde
  {message, "unknown key", parameter},
  {message, "unknown property", parameter},
  {message, "unknown name", parameter}, // Google
  {message, "unexpected field", parameter},
  {message, "unexpected property", parameter},
  {message, "unexpected parameter", parameter},
  {message, "unwanted field", parameter}, // Vidu
  {message, "unsupported field", parameter},
  {message, "unsupported argument", parameter},
  {message, "unsupported option", parameter},
  {message, "property*should not exist", parameter}, // typestack/class-validator
  {message, "not a valid parameter", parameter},
  {message, "does not accept parameter", parameter},
  {message, "不支持参数", parameter},
  {message, "不支持的参数", parameter},
  {message, "不支持该参数", parameter},
  {message, "未知参数", parameter},
  {message, "未知的参数", parameter},
  {message, "参数*不支持", parameter},
  {message, "多余的参数", parameter},

  // --- Sizes ---

  // image guide
  {message, "invalid size", size},
  {message, "divisible by 16", size},
  {message, "longest edge must", size},
  {message, "pixel budget", size},
  {message, "- 'size'", size},                          // of its older models
  {message, "supported values are: '1024x1024'", size}, // gpt-image-1
  {message, "supported values are: '256x256'", size},   // dall-e-2

  // one-api, relay/controller/helper.go, and its forks
  {message, "size not supported", size},
  {message, "size is not supported", size},
  {message, "size*is not supported", size},
  {message, "unsupported size", size},
  {message, "不支持的尺寸", size},

  // makers of models and their relays
  {message, "unsupported image size", size},
  {message, "unsupported image_size", size},
  {message, "maximum allowed size", size}, // vllm-project/vllm-omni
  {message, "size must", size},
  {message, "size should", size},
  {message, "size`*not valid", size}, // Ark
  {message, "size specified*not valid", size},
  {message, "`size`", size},
  {message, "'size' must", size},
  {message, "\"size\" must", size},
  {message, "size:*must", size},
  {message, "allowed size", size}, // Alibaba
  {message, "supported size", size},
  {message, "available size", size},
  {message, "valid size", size},
  {message, "only supports size", size},
  {message, "only support size", size},
  {message, "requested size", size},
  {message, "image size*exceed", size},
  {message, "image size*not", size},
  {message, "size*exceeds", size},
  {message, "size*too large", size},
  {message, "size*too small", size},
  {message, "size*out of range", size},
  {message, "width and height", size},
  {message, "height and width", size},
  {message, "width*must", size},
  {message, "height*must", size},
  {message, "width*should", size},
  {message, "height*should", size},
  {message, "width*less than or equal", size}, // FastAPI
  {message, "height*less than or equal", size},
  {message, "width*not supported", size},
  {message, "height*not supported", size},
  {message, "width*exceed", size},
  {message, "height*exceed", size},
  {message, "width*multiple of", size},
  {message, "height*multiple of", size},
  {message, "width*divisible by", size},
  {message, "height*divisible by", size},
  {message, "dimension*must", size},
  {message, "dimension*exceed", size},
  {message, "dimension*not supported", size},
  {message, "dimension*multiple of", size},
  {message, "invalid dimension", size},
  {message, "unsupported dimension", size},
  {message, "resolution*must", size},
  {message, "resolution*exceed", size},
  {message, "resolution*not supported", size},
  {message, "resolution*too", size},
  {message, "resolution*invalid", size},
  {message, "invalid resolution", size},
  {message, "unsupported resolution", size},
  {message, "supported resolution", size},
  {message, "aspect ratio*must", size},
  {message, "aspect ratio*not supported", size},
  {message, "aspect ratio*not allowed", size},
  {message, "aspect ratio*between", size},
  {message, "invalid aspect", size},
  {message, "unsupported aspect", size},
  {message, "supported aspect", size},
  {message, "aspect_ratio*invalid", size},
  {message, "aspect_ratio*must", size},
  {message, "total pixels", size},
  {message, "pixels must", size},
  {message, "number of pixels", size},
  {message, "pixel count", size},
  {message, "pixels*exceed", size},
  {message, "megapixel", size},
  {message, "尺寸*不支持", size},
  {message, "尺寸*不合法", size},
  {message, "尺寸*无效", size},
  {message, "尺寸*错误", size},
  {message, "尺寸*必须", size},
  {message, "尺寸*超", size},
  {message, "不支持*尺寸", size},
  {message, "分辨率", size},
  {message, "宽高", size},
  {message, "长宽", size},
  {message, "像素", size},
  {message, "サイズ", size},

  // --- What is left of both ---

  {message, "unsupported value", parameter},
  {message, "parameter*not supported", parameter},
  {message, "parameter*is unsupported", parameter},
  {message, "parameter*not allowed", parameter},
  {message, "parameter*not permitted", parameter},
  {message, "parameter*not recognized", parameter},
  {message, "parameter*not available", parameter},
  {message, "parameter*is unknown", parameter},
  {message, "field*not supported", parameter},
  {message, "field*not allowed", parameter},
  {message, "field*not permitted", parameter},
  {message, "field*not recognized", parameter},
  {message, "argument*not allowed", parameter},
  {message, "property*not allowed", parameter},
  {message, "image_size", size},
  {message, "imagesize", size},

  // --- Rate limits, with whatever status ---

  {message, "rate limit", rate_limited}, // error codes
  {message, "too many requests", rate_limited},
  {message, "too many concurrent", rate_limited},
  {message, "requests per minute", rate_limited},
  {message, "concurrency limit", rate_limited},
  {message, "请求数限制", rate_limited}, // new-api, middleware/model-rate-limit.go
  {message, "速率限制", rate_limited},   // Zhipu

  // --- What else lies in the request: it is understood, and nobody else need be asked ---

  {message, "invalid value", invalid_request}, // image guide
  {message, "supported values are", invalid_request},
  {message, "too long", invalid_request},
  {message, "maximum length", invalid_request},
  {message, "max length", invalid_request},
  {message, "context length", invalid_request},
  {message, "at most*characters", invalid_request}, // FastAPI
  {message, "prompt is required", invalid_request},
  {message, "prompt is empty", invalid_request},
  {message, "prompt cannot be empty", invalid_request},
  {message, "prompt must", invalid_request},
  {message, "input should be", invalid_request}, // FastAPI
  {message, "field required", invalid_request},
  {message, "input should have", invalid_request},
  {message, "提示词*过长", invalid_request},
  {message, "提示词*不能为空", invalid_request},
  {message, "长度超", invalid_request},
};

} // namespace

std::span<const BuiltInFailureWord> request_words()
{
  return k_request;
}

} // namespace limn
