#include "failure/failure_word_tables.hpp"

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

constexpr BuiltInFailureWord k_answer[] = {
  // --- Of the request, although it speaks of a response or a validation ---

  {message, "response_format*not support", parameter},
  {message, "unsupported*response_format", parameter},
  {message, "unknown*response_format", parameter},
  {message, "validation error*request*extra inputs", parameter},
  {message, "validation error*request*size", size},
  {message, "validation error*request", invalid_request}, // pydantic/pydantic
  {message, "cannot unmarshal*request", invalid_request}, // golang/go, of a field's type
  {message, "unexpected token*------", endpoint, 400},    // a form came where only JSON is taken
  {message, "unexpected token '-'", endpoint, 400},
  {message, "unexpected token - in json", endpoint, 400},
  {message, "no number after minus sign", endpoint, 400},
  {message, "character '-' in numeric literal", endpoint, 400},

  // --- Answers that came and could not be read, transformed or passed on ---

  // LiteLLM, litellm/llms: transform_image_generation_response and its kin
  {message, "error transforming", outcome_unknown},
  {message, "unable to transform", outcome_unknown},
  {message, "error processing*response", outcome_unknown},
  {message, "error parsing*response", outcome_unknown},
  {message, "error converting*response", outcome_unknown},
  {message, "error decoding*response", outcome_unknown},
  {message, "error reading*response", outcome_unknown},
  {message, "error handling*response", outcome_unknown},
  {message, "unable to get json response", outcome_unknown},
  {message, "invalid response object", outcome_unknown},
  {message, "invalid response received", outcome_unknown}, // Portkey
  {message, "invalid response from", outcome_unknown},
  {message, "unexpected response from", outcome_unknown},
  {message, "malformed response", outcome_unknown},
  {message, "validation error*for image", outcome_unknown}, // pydantic, of an answer
  {message, "validation error*response", outcome_unknown},
  // python-pillow/Pillow and CPython's base64 in relays that make another format of an image
  {message, "cannot write mode", outcome_unknown},
  {message, "cannot identify image file <_io", outcome_unknown},
  {message, "illegal base64 data", outcome_unknown, 500}, // golang/go
  {message, "incorrect padding", outcome_unknown},
  {message, "disturbed or locked", outcome_unknown},            // undici
  {message, "response payload size exceeded", outcome_unknown}, // AWS Lambda
  {message, "upstream returned invalid json", outcome_unknown},
  {message, "生成结果为空", outcome_unknown},
  {message, "fail*to fetch image from url returned", outcome_unknown},
  {message, "validation error*usage", outcome_unknown},
  {message, "response*unexpected keyword argument", outcome_unknown},
  {message, "usage*unexpected keyword argument", outcome_unknown},

  // new-api and its kin, sub2api, maximhq/bifrost
  {message, "fail*to read*response", outcome_unknown},
  {message, "fail*to parse*response", outcome_unknown},
  {message, "fail*to decode*response", outcome_unknown},
  {message, "fail*to unmarshal*response", outcome_unknown},
  {message, "fail*to process*response", outcome_unknown},
  {message, "fail*to convert*response", outcome_unknown},
  {message, "fail*to transform*response", outcome_unknown},
  {message, "fail*to handle*response", outcome_unknown},
  {message, "fail*to copy*response", outcome_unknown},
  {message, "fail*to write*response", outcome_unknown},
  {message, "fail*to deserialize*response", outcome_unknown},
  {message, "could not*the response", outcome_unknown},
  {message, "cannot unmarshal*response", outcome_unknown},
  {message, "read upstream", outcome_unknown},
  {message, "parse upstream", outcome_unknown},
  {message, "upstream request failed", outcome_unknown},
  {message, "bad response body", outcome_unknown},
  {message, "bad_response_body", outcome_unknown},
  {message, "response body too large", outcome_unknown},
  {message, "response too large", outcome_unknown},
  {message, "empty response", outcome_unknown},
  {message, "empty_response", outcome_unknown},
  {message, "no response from", outcome_unknown},
  {message, "no response received", outcome_unknown},
  {message, "解析*响应", outcome_unknown},
  {message, "读取*响应", outcome_unknown},
  {message, "响应*解析", outcome_unknown},
  {message, "响应*读取", outcome_unknown},
  {message, "响应为空", outcome_unknown},
  {message, "空响应", outcome_unknown},
  {message, "返回为空", outcome_unknown},
  {message, "返回空", outcome_unknown},

  // --- An answer was read and had no image: drawn or not, it was asked for ---

  {message, "no image data in", outcome_unknown},
  {message, "no image data re", outcome_unknown},
  {message, "no image data found", outcome_unknown},
  {message, "no image output", outcome_unknown},
  {message, "no images were generated", outcome_unknown},
  {message, "no images were returned", outcome_unknown},
  {message, "no image was generated", outcome_unknown},
  {message, "no image was returned", outcome_unknown},
  {message, "no image was produced", outcome_unknown},
  {message, "no images returned", outcome_unknown},
  {message, "no image returned", outcome_unknown},
  {message, "no image generated", outcome_unknown},
  {message, "no images generated", outcome_unknown},
  {message, "no image in*response", outcome_unknown},
  {message, "no image found in", outcome_unknown},
  {message, "did not return*image", outcome_unknown},
  {message, "response did not contain", outcome_unknown},
  {message, "response does not contain", outcome_unknown},
  {message, "response contains no", outcome_unknown},
  {message, "未返回图", outcome_unknown},
  {message, "没有返回图", outcome_unknown},

  // --- JSON that was none: limn's own is sound, so it is the upstream's (a page, mostly) ---

  // golang/go, encoding/json; CPython, json; V8; nlohmann/json; serde
  {message, "unexpected end of json", outcome_unknown},
  {message, "looking for beginning of value", outcome_unknown},
  {message, "expecting value: line", outcome_unknown},
  {message, "jsondecodeerror", outcome_unknown},
  {message, "is not valid json", outcome_unknown},
  {message, "unexpected token*json", outcome_unknown},
  {message, "unterminated string", outcome_unknown},
  {message, "in json at position", outcome_unknown},
  {message, "contenttypeerror", outcome_unknown}, // aio-libs/aiohttp: JSON was due, a page came
  {message, "unexpected mimetype: text/html", outcome_unknown},
  {message, "parse_error.101", outcome_unknown},
  {message, "expected value at line 1", outcome_unknown},
  {message, "cannot unmarshal", outcome_unknown, 500},

  // --- What a program says that met an answer which it did not expect ---

  {message, "'nonetype' object", outcome_unknown},
  {message, "list index out of range", outcome_unknown},
  {message, "object has no attribute", outcome_unknown},
  {message, "keyerror", outcome_unknown},
  {message, "string indices must be", outcome_unknown},
  {message, "cannot read propert", outcome_unknown},
  {message, "is not iterable", outcome_unknown},
  {message, "is not a function", outcome_unknown},
  {message, "nil pointer dereference", outcome_unknown},
  {message, "index out of range", outcome_unknown},

  // --- A picture that was there and could not be stored ---

  {message, "must have a known length", outcome_unknown}, // cloudflare/workerd, R2
  {message, "could not be stored", outcome_unknown},
  {message, "could not be saved", outcome_unknown},
  {message, "could not be uploaded", outcome_unknown},
  {message, "could not store", outcome_unknown},
  {message, "could not save", outcome_unknown},
  {message, "unable to store", outcome_unknown},
  {message, "unable to save", outcome_unknown},
  {message, "unable to upload", outcome_unknown},
  {message, "fail*to store", outcome_unknown},
  {message, "fail*to save", outcome_unknown},
  {message, "fail*to upload", outcome_unknown},
  {message, "fail*to persist", outcome_unknown},
  {message, "error uploading", outcome_unknown},
  {message, "error saving", outcome_unknown},
  {message, "error storing", outcome_unknown},
  {message, "upload failed", outcome_unknown},
  {message, "upload error", outcome_unknown},
  {message, "storage error", outcome_unknown},
  {message, "storage fail", outcome_unknown},
  {message, "putobject", outcome_unknown}, // S3 and what speaks like it
  {message, "put object", outcome_unknown},
  {message, "nosuchbucket", outcome_unknown},
  {message, "bucket does not exist", outcome_unknown},
  {message, "no space left on device", outcome_unknown},
  {message, "read-only file system", outcome_unknown},
  {message, "disk quota exceeded", outcome_unknown},
  {message, "上传失败", outcome_unknown},
  {message, "上传图片失败", outcome_unknown},
  {message, "保存失败", outcome_unknown},
  {message, "保存图片失败", outcome_unknown},
  {message, "存储失败", outcome_unknown},
  {message, "转存失败", outcome_unknown},
  {message, "转存图片失败", outcome_unknown},
  {message, "下载图片失败", outcome_unknown},
  {message, "error downloading generated", outcome_unknown},
  {message, "fail*to download generated", outcome_unknown},
  {message, "fail*to fetch generated", outcome_unknown},
};

} // namespace

std::span<const BuiltInFailureWord> answer_words()
{
  return k_answer;
}

} // namespace limn
