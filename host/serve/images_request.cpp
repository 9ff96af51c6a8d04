#include "serve/images_request.hpp"

#include "base/contains.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace limn {

namespace {

using Json = rapidjson::Value;

constexpr std::size_t k_longest_idempotency_key = 255;

// Texts and numbers that a job has, too.
struct TextField {
  std::string_view name;
  std::string JobText::*target;
};
constexpr std::array k_texts{
  TextField{"prompt", &JobText::prompt},        TextField{"size", &JobText::size},
  TextField{"quality", &JobText::quality},      TextField{"background", &JobText::background},
  TextField{"output_format", &JobText::format}, TextField{"moderation", &JobText::moderation}};

struct NumberField {
  std::string_view name;
  std::optional<int> JobText::*target;
};
constexpr std::array k_numbers{NumberField{"n", &JobText::count},
                               NumberField{"output_compression", &JobText::compression}};

// Of other models, or about the caller: models of today refuse some of them, and the picture is the
// same without.
constexpr std::array<std::string_view, 5> k_without_effect{"user", "style", "input_fidelity",
                                                           "safety_identifier", "metadata"};

Failure wrong_type(std::string_view name, std::string_view wanted)
{
  return wrong_parameter(name, "invalid_type", fmt::format("{} has to be {}", name, wanted));
}

Failure unsupported(std::string_view name, std::string message, std::string hint)
{
  return wrong_parameter(name, "unsupported_parameter", std::move(message), std::move(hint));
}

Done read_number(const Json& value, std::string_view name, std::optional<int>& target)
{
  constexpr double k_largest = 1e9;
  const double number = value.IsNumber() ? value.GetDouble() : 0.5; // 2.0 is two
  if (number != std::floor(number) || std::abs(number) > k_largest) {
    return fail(wrong_type(name, "a whole number"));
  }
  target = static_cast<int>(number);
  return {};
}

Done read_model(const Json& value, JobText& job)
{
  if (!value.IsString()) {
    return fail(wrong_type("model", "a text"));
  }
  const auto name = string_or_empty(&value);
  if (name.find(',') != std::string_view::npos) { // several, to limn
    return fail(
      wrong_parameter("model", "model_not_found", fmt::format("there is no model '{}'", name)));
  }
  job.models = {std::string(name)};
  return {};
}

Done read_response_format(const Json& value, PictureText& text)
{
  const auto format = string_or_empty(&value);
  if (format != "b64_json" && format != "url") {
    return fail(wrong_parameter("response_format", "invalid_value",
                                "response_format is none of b64_json and url"));
  }
  text = format == "url" ? PictureText::address : PictureText::base64;
  return {};
}

Done read_stream(const Json& value, Delivery& delivery)
{
  if (!value.IsBool()) {
    return fail(wrong_type("stream", "true or false"));
  }
  delivery = value.GetBool() ? Delivery::stream : Delivery::whole;
  return {};
}

Done read_previews(const Json& value, int& previews)
{
  std::optional<int> count;
  LIMN_TRY(read_number(value, "partial_images", count));
  if (*count < 0 || *count > k_most_partial_images) {
    return fail(wrong_parameter(
      "partial_images", "invalid_value",
      fmt::format("partial_images is a number from 0 to {}", k_most_partial_images)));
  }
  previews = *count;
  return {};
}

} // namespace

Failure wrong_parameter(std::string_view name, std::string_view code, std::string message,
                        std::string hint)
{
  Failure failure(FailureClass::usage, std::move(message), std::move(hint));
  failure.param = name;
  failure.code = code;
  return failure;
}

Done read_parameter(std::string_view name, const Json& value, ImagesRequest& request)
{
  auto& job = request.job;
  if (value.IsNull()) {
    return {};
  }
  if (const auto* field = std::ranges::find(k_texts, name, &TextField::name);
      field != k_texts.end()) {
    if (!value.IsString()) {
      return fail(wrong_type(name, "a text"));
    }
    job.*field->target = string_or_empty(&value);
    return {};
  }
  if (const auto* field = std::ranges::find(k_numbers, name, &NumberField::name);
      field != k_numbers.end()) {
    return read_number(value, name, job.*field->target);
  }
  if (name == "model") {
    return read_model(value, job);
  }
  if (name == "response_format") {
    return read_response_format(value, request.text);
  }
  if (name == "stream") {
    return read_stream(value, request.delivery);
  }
  if (name == "partial_images") {
    return read_previews(value, request.previews);
  }
  if (std::ranges::find(k_without_effect, name) != k_without_effect.end()) {
    request.dropped.emplace_back(name);
    return {};
  }
  return fail(wrong_parameter(name, "unknown_parameter",
                              fmt::format("unknown parameter '{}'", name),
                              "nothing was asked for; leave it out"));
}

Done read_form_field(std::string_view name, std::string_view text, ImagesRequest& request)
{
  constexpr std::array<std::string_view, 3> k_in_digits{"n", "output_compression",
                                                        "partial_images"};
  Json value(rapidjson::StringRef(text.data(), static_cast<rapidjson::SizeType>(text.size())));
  if (contains(k_in_digits, name)) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size()) {
      value.SetInt(number);
    }
  } else if (name == "stream" && (text == "true" || text == "false")) {
    value.SetBool(text == "true");
  }
  return read_parameter(name, value, request);
}

Done check_parameters(const ImagesRequest& request)
{
  if (request.job.prompt.empty()) {
    return fail(wrong_parameter("prompt", "missing_required_parameter", "there is no prompt"));
  }
  if (request.previews > 0 && request.delivery == Delivery::whole) {
    return fail(unsupported("partial_images", "there are no previews without a stream",
                            "leave it out, or ask with stream"));
  }
  if (request.text == PictureText::address && request.delivery == Delivery::stream) {
    return fail(unsupported("response_format", "a stream has the pictures themselves",
                            "ask for b64_json, or without stream"));
  }
  return {};
}

Result<rapidjson::Document> parse_body(std::string_view json)
{
  auto document = parse_json(json);
  if (!document) {
    return fail(
      wrong_parameter("", "invalid_json", "the body is no JSON: " + document.error().message));
  }
  if (!document->IsObject()) {
    return fail(wrong_parameter("", "invalid_json", "the body has to be a JSON object"));
  }
  return document;
}

Result<ImagesRequest> read_images_request(std::string_view json)
{
  LIMN_TRY_ASSIGN(const auto document, parse_body(json));
  ImagesRequest request;
  for (const auto& one : document.GetObject()) {
    LIMN_TRY(read_parameter(string_or_empty(&one.name), one.value, request));
  }
  LIMN_TRY(check_parameters(request));
  return request;
}

Done hold_to(const ServeSettings& settings, const ImagesRequest& request)
{
  if (!settings.strict || request.dropped.empty()) {
    return {};
  }
  const auto& name = request.dropped.front();
  return fail(
    wrong_parameter(name, "unknown_parameter",
                    fmt::format("parameter '{}' changes nothing, and this server is strict", name),
                    "nothing was asked for; leave it out"));
}

Done hold_to(const Caller& caller, const std::vector<std::string>& models, JobText& job)
{
  if (caller.models.empty()) {
    return {};
  }
  for (const auto& model : job.models) {
    if (!contains(caller.models, model)) {
      Failure failure(
        FailureClass::model,
        fmt::format("the model '{}' does not exist or this key has no access to it", model));
      failure.code = "model_not_found";
      failure.param = "model";
      return fail(std::move(failure));
    }
  }
  if (job.models.empty()) {
    job.models = models;
  }
  return {};
}

// Defaults of clients: dall-e-2 and -3 of most, gpt-image-1 and its kind of newer ones.
std::string model_meant(std::string_view name, const std::vector<std::string>& configured)
{
  if (contains(configured, name)) {
    return std::string(name);
  }
  constexpr std::string_view first = "gpt-image-1";
  const bool is_first =
    name.starts_with(first)
    && (name.size() == first.size() || name[first.size()] == '-' || name[first.size()] == '.');
  const bool is_dead = name.empty() || name == "dall-e-2" || name == "dall-e-3" || is_first;
  return is_dead ? std::string() : std::string(name);
}

Result<std::string> read_idempotency_key(std::string_view header)
{
  auto text = header;
  const bool is_quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  if (is_quoted) {
    text = text.substr(1, text.size() - 2);
  }
  const bool is_printable = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  if (text.empty() || text.size() > k_longest_idempotency_key || !is_printable) {
    return fail(wrong_parameter("", "invalid_idempotency_key",
                                "an Idempotency-Key has 1 to 255 printable characters"));
  }
  return std::string(text);
}

} // namespace limn
