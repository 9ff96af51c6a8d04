#include "serve/responses_request.hpp"

#include "base/contains.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "serve/edits_request.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace limn {

namespace {

using Json = rapidjson::Value;

constexpr std::string_view k_tool = "image_generation";

// About the caller or about a chat that is none here: the picture is the same without.
constexpr std::array<std::string_view, 7> k_no_matter{
  "instructions",        "user",   "metadata", "safety_identifier", "prompt_cache_key",
  "parallel_tool_calls", "include"};

constexpr std::array<std::string_view, 9> k_of_tool{
  "size",          "quality", "output_format",      "background",
  "moderation",    "model",   "output_compression", "partial_images",
  "input_fidelity"};

Failure not_here(std::string_view name, std::string message)
{
  return wrong_parameter(name, "unsupported_parameter", std::move(message),
                         "this server draws pictures and nothing else: /v1/images/generations is "
                         "the plain way to ask");
}

bool is_false(const Json& value)
{
  return value.IsBool() && !value.GetBool();
}

class ResponsesReader
{
public:
  ResponsesReader(EditInputs& inputs, ImageCall& call) : m_inputs(inputs), m_call(call) {}

  Result<ResponsesEcho> read(const Json& body)
  {
    for (const auto& one : body.GetObject()) {
      if (!one.value.IsNull()) {
        LIMN_TRY(parameter(string_or_empty(&one.name), one.value));
      }
    }
    LIMN_TRY(check());
    return std::move(m_echo);
  }

private:
  Done parameter(std::string_view name, const Json& value)
  {
    if (name == "model") {
      m_echo.model = string_or_empty(&value);
      return {};
    }
    if (name == "input") {
      return input(value);
    }
    if (name == "tools") {
      return tools(value);
    }
    if (name == "tool_choice") {
      return choice(value);
    }
    if (name == "stream") {
      return read_parameter(name, value, m_call.wanted);
    }
    if ((name == "store" || name == "background") && is_false(value)) {
      return {};
    }
    if (contains(k_no_matter, name)) {
      m_call.wanted.dropped.emplace_back(name);
      return {};
    }
    return fail(not_here(name, fmt::format("'{}' is not done here", name)));
  }

  Done input(const Json& value)
  {
    if (value.IsString()) {
      add_text(string_or_empty(&value));
      return {};
    }
    if (!value.IsArray()) {
      return fail(wrong_parameter("input", "invalid_type", "input has to be a text or a list"));
    }
    for (const auto& item : value.GetArray()) {
      LIMN_TRY(message(item));
    }
    return {};
  }

  Done message(const Json& item)
  {
    const auto type = string_or_empty(member(item, "type"));
    const auto role = string_or_empty(member(item, "role"));
    const auto* content = member(item, "content");
    const bool is_asked = role == "user" || role == "developer" || role == "system";
    if ((!type.empty() && type != "message") || !is_asked || content == nullptr) {
      return fail(not_here("input", "only messages of users are taken, and no chat goes on"));
    }
    if (content->IsString()) {
      add_text(string_or_empty(content));
      return {};
    }
    if (!content->IsArray()) {
      return fail(wrong_parameter("input", "invalid_type", "content has to be a text or a list"));
    }
    for (const auto& part : content->GetArray()) {
      LIMN_TRY(this->part(part));
    }
    return {};
  }

  Done part(const Json& part)
  {
    const auto type = string_or_empty(member(part, "type"));
    if (type == "input_text") {
      add_text(string_or_empty(member(part, "text")));
      return {};
    }
    if (type == "input_image") {
      return read_pictures(part, EditInputs::Role::image, "input", m_inputs);
    }
    return fail(not_here("input", fmt::format("content of the type '{}' is not taken", type)));
  }

  Done tools(const Json& value)
  {
    if (!value.IsArray() || value.Size() != 1
        || string_or_empty(member(value[0], "type")) != k_tool) {
      return fail(not_here("tools", "the only tool is image_generation, once"));
    }
    m_has_tool = true;
    JsonWriter echo;
    echo.begin_object();
    echo.member("type", k_tool);
    for (const auto& one : value[0].GetObject()) {
      const auto name = string_or_empty(&one.name);
      if (one.value.IsNull() || name == "type") {
        continue;
      }
      LIMN_TRY(of_tool(name, one.value));
      if (one.value.IsString()) {
        echo.member(name, string_or_empty(&one.value));
      } else if (one.value.IsInt()) {
        echo.member(name, std::int64_t{one.value.GetInt()});
      }
    }
    echo.end_object();
    m_echo.tool = echo.str();
    return {};
  }

  Done of_tool(std::string_view name, const Json& value)
  {
    if (name == "action") {
      m_action = string_or_empty(&value);
      return {};
    }
    if (name == "input_image_mask") {
      return read_pictures(value, EditInputs::Role::mask, name, m_inputs);
    }
    return contains(k_of_tool, name)
             ? read_parameter(name, value, m_call.wanted)
             : fail(not_here("tools", fmt::format("the tool has no '{}' here", name)));
  }

  Done choice(const Json& value)
  {
    const auto word = string_or_empty(&value);
    const bool is_tool = value.IsObject() && string_or_empty(member(value, "type")) == k_tool;
    if (!is_tool && word != "auto" && word != "required") {
      return fail(not_here("tool_choice", "the only choice is image_generation"));
    }
    m_echo.choice =
      is_tool ? fmt::format(R"({{"type":"{}"}})", k_tool) : fmt::format("\"{}\"", word);
    return {};
  }

  Done check()
  {
    auto& wanted = m_call.wanted;
    if (!m_has_tool) {
      return fail(not_here("tools", "without the tool image_generation there is nothing to do"));
    }
    if (wanted.job.prompt.empty()) {
      return fail(wrong_parameter("input", "missing_required_parameter", "there is no text"));
    }
    const bool has_pictures = !m_call.inputs.empty();
    if ((m_action == "edit" && !has_pictures) || (m_call.mask && !has_pictures)) {
      return fail(wrong_parameter("input", "missing_required_parameter", "there is no picture"));
    }
    if (m_action == "generate" && has_pictures) {
      return fail(not_here("tools", "a picture that is only looked at is of no use here"));
    }
    if (wanted.delivery == Delivery::whole) {
      wanted.previews = 0; // they come in streams
    }
    return {};
  }

  void add_text(std::string_view text)
  {
    auto& prompt = m_call.wanted.job.prompt;
    prompt += prompt.empty() || text.empty() ? "" : "\n";
    prompt += text;
  }

  EditInputs& m_inputs;
  ImageCall& m_call;
  ResponsesEcho m_echo;
  std::string m_action;
  bool m_has_tool = false;
};

} // namespace

Result<ResponsesEcho> read_responses_request(std::string_view json, EditInputs& inputs,
                                             ImageCall& call)
{
  LIMN_TRY_ASSIGN(const auto document, parse_body(json));
  return ResponsesReader(inputs, call).read(document);
}

} // namespace limn
