#include "sandbox/order.hpp"

#include "base/json.hpp"
#include "sandbox/edit_form.hpp"
#include "sandbox/gemini_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace limn::sandbox {

namespace {

using rapidjson::Value;

constexpr std::string_view k_request_error = "invalid_request_error";
constexpr std::string_view k_image_error = "image_generation_user_error";

constexpr std::array<std::string_view, 12> k_images_fields{"model",
                                                           "prompt",
                                                           "n",
                                                           "size",
                                                           "quality",
                                                           "background",
                                                           "output_format",
                                                           "output_compression",
                                                           "moderation",
                                                           "stream",
                                                           "partial_images",
                                                           "user"};

constexpr std::array<std::string_view, 13> k_responses_fields{
  "model",    "input", "tools",        "tool_choice",
  "stream",   "store", "instructions", "previous_response_id",
  "metadata", "user",  "background",   "parallel_tool_calls",
  "include"};

constexpr std::array<std::string_view, 6> k_chat_fields{"model",        "messages", "modalities",
                                                        "image_config", "stream",   "user"};

constexpr std::array<std::string_view, 9> k_sdcpp_fields{
  "prompt",     "width",      "height",        "batch_count",       "init_image",
  "mask_image", "ref_images", "output_format", "output_compression"};

constexpr std::array<std::string_view, 11> k_tool_fields{
  "type",           "model",           "action",
  "size",           "quality",         "background",
  "moderation",     "output_format",   "output_compression",
  "partial_images", "input_image_mask"};

template <typename List>
bool contains(const List& list, std::string_view text)
{
  return std::find(list.begin(), list.end(), text) != list.end();
}

Answer unknown_parameter(const std::string& name)
{
  return error_answer(400, fmt::format("Unknown parameter: '{}'.", name), k_request_error, name,
                      "unknown_parameter");
}

Answer invalid_value(std::string_view message, std::string_view param)
{
  return error_answer(400, message, k_image_error, param, "invalid_value");
}

bool is_image_model(std::string_view model)
{
  return model.starts_with("gpt-image-2");
}

// The rules for gpt-image-2: multiples of 16, longest edge 3840, 1:3 to 3:1, 655360 to 8294400
// pixels.
std::optional<std::string> size_fault(const std::string& text)
{
  const auto size = parse_size(text);
  if (!size) {
    return fmt::format("Invalid size '{}'. Width and height must be given as WIDTHxHEIGHT.", text);
  }
  const auto [longer, shorter] = std::minmax(size->width, size->height, std::greater<>());
  const auto pixels = static_cast<long long>(size->width) * size->height;
  if (size->width % 16 != 0 || size->height % 16 != 0) {
    return fmt::format("Invalid size '{}'. Width and height must both be divisible by 16.", text);
  }
  if (longer > 3840) {
    return fmt::format("Invalid size '{}'. The longest edge must be less than or equal to 3840.",
                       text);
  }
  if (longer > 3 * shorter) {
    return fmt::format("Invalid size '{}'. The ratio of the edges must not exceed 3:1.", text);
  }
  if (pixels < 655'360) {
    return fmt::format(
      "Invalid size '{}'. Requested resolution is below the current minimum pixel budget.", text);
  }
  if (pixels > 8'294'400) {
    return fmt::format("Invalid size '{}'. Requested resolution exceeds the current pixel budget.",
                       text);
  }
  return std::nullopt;
}

// Fields that the endpoint knows, none of them null, and none that this behaviour does not know.
template <typename List>
std::optional<Answer> check_fields(const Value& object, const List& known,
                                   const std::string& prefix, const Behaviour& behaviour)
{
  for (const auto& [key, value] : object.GetObject()) {
    const std::string name(key.GetString(), key.GetStringLength());
    if (!contains(known, name) || contains(behaviour.unknown_parameters, name)) {
      return unknown_parameter(prefix + name);
    }
    if (value.IsNull()) {
      return error_answer(400,
                          fmt::format("Invalid type for '{}{}': got null instead.", prefix, name),
                          k_request_error, prefix + name, "invalid_type");
    }
  }
  return std::nullopt;
}

// What both endpoints call by the same name: size, quality, background, formats, partial images.
std::optional<Answer> read_picture(const Value& object, const Behaviour& behaviour, Order& order)
{
  const std::string size(string_or_empty(member(object, "size")));
  if (!size.empty() && size != "auto") {
    if (const auto fault = size_fault(size)) {
      return invalid_value(*fault, "size");
    }
    order.size = *parse_size(size);
  }
  if (!behaviour.only_size.empty() && to_string(order.size) != behaviour.only_size) {
    return invalid_value(fmt::format("Invalid size '{}'. Supported sizes are: '{}'.",
                                     to_string(order.size), behaviour.only_size),
                         "size");
  }
  const auto one_of = [&](const char* name,
                          std::initializer_list<std::string_view> values) -> std::optional<Answer> {
    const auto value = string_or_empty(member(object, name));
    if (member(object, name) && !contains(values, value)) {
      return invalid_value(fmt::format("Invalid value: '{}'. Supported values are: {}.", value,
                                       fmt::join(values, ", ")),
                           name);
    }
    return std::nullopt;
  };
  for (auto fault :
       {one_of("quality", {"low", "medium", "high", "auto"}),
        one_of("background", {"auto", "opaque", "transparent"}),
        one_of("output_format", {"png", "jpeg", "webp"}), one_of("moderation", {"auto", "low"})}) {
    if (fault) {
      return fault;
    }
  }
  if (const auto quality = string_or_empty(member(object, "quality"));
      !quality.empty() && quality != "auto") {
    order.quality = quality;
  }
  if (const auto background = string_or_empty(member(object, "background"));
      background == "transparent") {
    order.background = background;
  }
  if (const auto* partials = member(object, "partial_images")) {
    if (!partials->IsInt() || partials->GetInt() < 0 || partials->GetInt() > 3) {
      return invalid_value("partial_images must be between 0 and 3.", "partial_images");
    }
    order.partial_images = partials->GetInt();
  }
  return std::nullopt;
}

std::optional<Answer> check_model(std::string_view model, const Behaviour& behaviour)
{
  if (model.empty()) {
    return error_answer(400, "you must provide a model parameter", k_request_error, "model", "");
  }
  if (!model.starts_with(behaviour.model_prefix)
      || !is_image_model(model.substr(behaviour.model_prefix.size()))) {
    return error_answer(
      404, fmt::format("The model '{}' does not exist or you do not have access to it.", model),
      k_request_error, "", "model_not_found");
  }
  return std::nullopt;
}

std::optional<Answer> read_images_order(const Value& object, const Behaviour& behaviour,
                                        Order& order)
{
  if (auto fault = check_fields(object, k_images_fields, "", behaviour)) {
    return fault;
  }
  if (auto fault = check_model(string_or_empty(member(object, "model")), behaviour)) {
    return fault;
  }
  order.prompt = string_or_empty(member(object, "prompt"));
  if (order.prompt.empty()) {
    return error_answer(400, "Missing required parameter: 'prompt'.", k_request_error, "prompt",
                        "missing_required_parameter");
  }
  if (const auto* count = member(object, "n")) {
    if (!count->IsInt() || count->GetInt() < 1 || count->GetInt() > 10) {
      return invalid_value("n must be between 1 and 10.", "n");
    }
    order.count = count->GetInt();
  }
  if (const auto* stream = member(object, "stream"); stream && stream->IsBool()) {
    order.stream = stream->GetBool();
  }
  return read_picture(object, behaviour, order);
}

// The words of the last user message.
std::string words_of(const Value& input)
{
  if (input.IsString()) {
    return input.GetString();
  }
  std::string words;
  if (!input.IsArray()) {
    return words;
  }
  for (const auto& message : input.GetArray()) {
    const auto* content = member(message, "content");
    if (content && content->IsString()) {
      words = content->GetString();
    }
    if (content && content->IsArray()) {
      for (const auto& part : content->GetArray()) {
        const auto type = string_or_empty(member(part, "type"));
        if (type == "input_text" || type == "text") {
          words = string_or_empty(member(part, "text"));
        }
      }
    }
  }
  return words;
}

std::optional<Answer> read_responses_order(const Value& object, const Behaviour& behaviour,
                                           Order& order)
{
  if (auto fault = check_fields(object, k_responses_fields, "", Behaviour{})) {
    return fault;
  }
  if (behaviour.insists == Insists::as_codex) {
    const auto* stored = member(object, "store");
    if (string_or_empty(member(object, "instructions")).empty()) {
      return answer_with(400, R"({"detail":"Instructions are required"})");
    }
    if (!stored || !stored->IsBool() || stored->GetBool()) {
      return answer_with(400, R"({"detail":"Store must be set to false"})");
    }
  }
  const auto host_model = string_or_empty(member(object, "model"));
  if (host_model.empty() || is_image_model(host_model)) {
    return error_answer(
      400,
      fmt::format("The requested model '{}' cannot be used with the Responses API.", host_model),
      k_request_error, "model", "model_not_supported");
  }
  const auto* tools = member(object, "tools");
  const bool has_tool = tools && tools->IsArray() && !tools->Empty() && (*tools)[0].IsObject()
                        && string_or_empty(member((*tools)[0], "type")) == "image_generation";
  if (!has_tool) {
    return error_answer(400, "Missing required parameter: 'tools[0].type'.", k_request_error,
                        "tools", "missing_required_parameter");
  }
  const auto& tool = (*tools)[0];
  if (auto fault = check_fields(tool, k_tool_fields, "tools[0].", behaviour)) {
    return fault;
  }
  if (auto fault = check_model(string_or_empty(member(tool, "model")), behaviour)) {
    return fault;
  }
  const auto* input = member(object, "input");
  order.prompt = input ? words_of(*input) : std::string();
  if (order.prompt.empty()) {
    return error_answer(400, "Missing required parameter: 'input'.", k_request_error, "input",
                        "missing_required_parameter");
  }
  if (const auto* stream = member(object, "stream"); stream && stream->IsBool()) {
    order.stream = stream->GetBool();
  }
  if (const auto* background = member(object, "background")) {
    const auto* store = member(object, "store");
    if (!background->IsBool() || !store || !store->IsBool() || !store->GetBool()) {
      return error_answer(400, "Background responses must be stored.", k_request_error,
                          "background", "invalid_value");
    }
    order.is_job = background->GetBool();
  }
  return read_picture(tool, behaviour, order);
}

std::optional<Answer> read_chat_order(const Value& object, const Behaviour& behaviour, Order& order)
{
  if (auto fault = check_fields(object, k_chat_fields, "", behaviour)) {
    return fault;
  }
  if (auto fault = check_model(string_or_empty(member(object, "model")), behaviour)) {
    return fault;
  }
  const auto* messages = member(object, "messages");
  order.prompt = messages ? words_of(*messages) : std::string();
  if (order.prompt.empty()) {
    return error_answer(400, "Missing required parameter: 'messages'.", k_request_error, "messages",
                        "missing_required_parameter");
  }
  if (const auto* stream = member(object, "stream"); stream && stream->IsBool()) {
    order.stream = stream->GetBool();
  }
  if (const auto* config = member(object, "image_config")) {
    const auto ratio = string_or_empty(member(*config, "aspect_ratio"));
    order.size = ratio == "3:2"   ? Size{1536, 1024}
                 : ratio == "2:3" ? Size{1024, 1536}
                                  : Size{1024, 1024};
  }
  return std::nullopt;
}

std::optional<Answer> read_sdcpp_order(const Value& object, Order& order)
{
  order.is_job = true;
  if (auto fault = check_fields(object, k_sdcpp_fields, "", Behaviour{})) {
    return fault;
  }
  order.prompt = string_or_empty(member(object, "prompt"));
  if (order.prompt.empty()) {
    return answer_with(400, R"({"error":"prompt required"})");
  }
  const auto edge = [&](const char* name, int otherwise) {
    const auto* value = member(object, name);
    return value && value->IsInt() ? value->GetInt() : otherwise;
  };
  order.size = {edge("width", 512), edge("height", 512)};
  if (order.size.width < 64 || order.size.width > 4096 || order.size.height < 64
      || order.size.height > 4096) {
    return answer_with(400, R"({"error":"invalid params"})");
  }
  return std::nullopt;
}

} // namespace

std::variant<Order, Answer> read_order(const Request& request, Route route,
                                       const Behaviour& behaviour)
{
  Order order;
  order.route = route;
  rapidjson::Document object;
  if (request.header("content-type").starts_with("multipart/form-data")) {
    auto form = edit_form_as_json(request);
    if (auto* fault = std::get_if<Answer>(&form)) {
      return std::move(*fault);
    }
    object = std::move(std::get<rapidjson::Document>(form));
  } else {
    auto parsed = parse_json(request.body);
    if (!parsed || !parsed->IsObject()) {
      return error_answer(400, "We could not parse the JSON body of your request.", k_request_error,
                          "", "");
    }
    object = std::move(*parsed);
  }
  auto fault = route == Route::images   ? read_images_order(object, behaviour, order)
               : route == Route::chat   ? read_chat_order(object, behaviour, order)
               : route == Route::sdcpp  ? read_sdcpp_order(object, order)
               : route == Route::gemini ? read_gemini_order(object, order)
                                        : read_responses_order(object, behaviour, order);
  if (fault) {
    return std::move(*fault);
  }
  return order;
}

} // namespace limn::sandbox
