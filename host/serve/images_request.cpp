#include "serve/images_request.hpp"

#include "base/contains.hpp"
#include "base/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
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

Failure wrong(std::string_view param, std::string_view code, std::string message,
              std::string hint = {})
{
  Failure failure(FailureClass::usage, std::move(message), std::move(hint));
  failure.param = param;
  failure.code = code;
  return failure;
}

Failure wrong_type(std::string_view name, std::string_view wanted)
{
  return wrong(name, "invalid_type", fmt::format("{} has to be {}", name, wanted));
}

Failure unsupported(std::string_view name, std::string message, std::string hint)
{
  return wrong(name, "unsupported_parameter", std::move(message), std::move(hint));
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

Done read_model(const Json& value, const std::vector<std::string>& configured, JobText& job)
{
  if (!value.IsString()) {
    return fail(wrong_type("model", "a text"));
  }
  const auto name = string_or_empty(&value);
  if (name.find(',') != std::string_view::npos) { // several, to limn
    return fail(wrong("model", "model_not_found", fmt::format("there is no model '{}'", name)));
  }
  if (auto meant = model_meant(name, configured); !meant.empty()) {
    job.models = {std::move(meant)};
  }
  return {};
}

Done read_response_format(const Json& value)
{
  const auto format = string_or_empty(&value);
  if (format == "b64_json") {
    return {};
  }
  if (format == "url") {
    return fail(unsupported("response_format", "this server has no addresses for pictures",
                            "ask for b64_json, or leave it out"));
  }
  return fail(wrong("response_format", "invalid_value", "response_format is none of b64_json"));
}

Done read_stream(const Json& value)
{
  if (!value.IsBool()) {
    return fail(wrong_type("stream", "true or false"));
  }
  return value.GetBool() ? fail(unsupported("stream", "pictures are not streamed here yet",
                                            "ask without it: the answer comes once all is drawn"))
                         : Done();
}

Done read_partial_images(const Json& value)
{
  return value.IsInt() && value.GetInt() == 0
           ? Done()
           : fail(unsupported("partial_images", "there are no previews without a stream",
                              "leave it out"));
}

// `value` is not null: that says nothing.
Done read_parameter(std::string_view name, const Json& value,
                    const std::vector<std::string>& configured, ImagesRequest& request)
{
  auto& job = request.job;
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
    return read_model(value, configured, job);
  }
  if (name == "response_format") {
    return read_response_format(value);
  }
  if (name == "stream") {
    return read_stream(value);
  }
  if (name == "partial_images") {
    return read_partial_images(value);
  }
  if (std::ranges::find(k_without_effect, name) != k_without_effect.end()) {
    request.dropped.emplace_back(name);
    return {};
  }
  return fail(wrong(name, "unknown_parameter", fmt::format("unknown parameter '{}'", name),
                    "nothing was asked for; leave it out"));
}

} // namespace

Result<ImagesRequest> read_images_request(std::string_view json,
                                          const std::vector<std::string>& configured)
{
  const auto document = parse_json(json);
  if (!document) {
    return fail(wrong("", "invalid_json", "the body is no JSON: " + document.error().message));
  }
  if (!document->IsObject()) {
    return fail(wrong("", "invalid_json", "the body has to be a JSON object"));
  }
  ImagesRequest request;
  for (const auto& one : document->GetObject()) {
    if (!one.value.IsNull()) {
      LIMN_TRY(read_parameter(string_or_empty(&one.name), one.value, configured, request));
    }
  }
  if (request.job.prompt.empty()) {
    return fail(wrong("prompt", "missing_required_parameter", "there is no prompt"));
  }
  return request;
}

Done hold_to(const ServeSettings& settings, const ImagesRequest& request)
{
  if (!settings.strict || request.dropped.empty()) {
    return {};
  }
  const auto& name = request.dropped.front();
  return fail(wrong(name, "unknown_parameter",
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
    return fail(
      wrong("", "invalid_idempotency_key", "an Idempotency-Key has 1 to 255 printable characters"));
  }
  return std::string(text);
}

} // namespace limn
