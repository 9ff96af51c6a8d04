#include "sandbox/gemini_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace limn::sandbox {

namespace {

Answer invalid_argument(std::string_view message)
{
  return answer_with(
    400, fmt::format(R"({{"error":{{"code":400,"message":"{}","status":"INVALID_ARGUMENT"}}}})",
                     message));
}

const rapidjson::Value* first_of(const rapidjson::Value* list)
{
  return list != nullptr && list->IsArray() && !list->Empty() ? &(*list)[0] : nullptr;
}

} // namespace

std::optional<Answer> read_gemini_order(const rapidjson::Value& object, Order& order)
{
  constexpr std::array<std::string_view, 4> k_fields{"contents", "generationConfig",
                                                     "safetySettings", "systemInstruction"};
  for (const auto& entry : object.GetObject()) {
    const std::string_view name(entry.name.GetString(), entry.name.GetStringLength());
    if (std::ranges::find(k_fields, name) == k_fields.end()) {
      return invalid_argument(fmt::format(
        "Invalid JSON payload received. Unknown name \\\"{}\\\": Cannot find field.", name));
    }
  }
  if (const auto* content = first_of(member(object, "contents"))) {
    if (const auto* part = first_of(member(*content, "parts"))) {
      order.prompt = string_or_empty(member(*part, "text"));
    }
  }
  if (order.prompt.empty()) {
    return invalid_argument("GenerateContentRequest.contents: contents is not specified");
  }
  const auto* config = member(object, "generationConfig");
  const auto* image = config ? member(*config, "imageConfig") : nullptr;
  const auto ratio = image ? string_or_empty(member(*image, "aspectRatio")) : std::string_view();
  order.size = ratio == "3:2"   ? Size{1536, 1024}
               : ratio == "2:3" ? Size{1024, 1536}
                                : Size{1024, 1024};
  return std::nullopt;
}

} // namespace limn::sandbox
