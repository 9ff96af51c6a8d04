#include "sandbox/native_apis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace limn::sandbox {

namespace {

constexpr std::string_view k_azure_root = "/openai/";
constexpr std::string_view k_gemini_models = "/v1beta/models";

Answer azure_error(int status, std::string_view code, std::string_view message)
{
  return answer_with(status,
                     fmt::format(R"({{"error":{{"code":"{}","message":"{}"}}}})", code, message));
}

Answer gemini_error(int status, std::string_view name, std::string_view message)
{
  return answer_with(status,
                     fmt::format(R"({{"error":{{"code":{},"message":"{}","status":"{}"}}}})",
                                 status, message, name));
}

NativeCall azure_call(const Request& request, std::string_view path, const Behaviour& behaviour)
{
  NativeCall call;
  if (request.header("api-key").empty() && behaviour.key_check == KeyCheck::required) {
    call.fault = azure_error(401, "401",
                             "Access denied due to invalid subscription key or wrong API endpoint. "
                             "Make sure to provide a valid key for an active subscription and use "
                             "a correct regional API endpoint for your resource.");
    return call;
  }
  auto rest = path.substr(k_azure_root.size());
  const bool is_v1 = rest.starts_with("v1/");
  if (!is_v1 && !request.query.starts_with("api-version=")) {
    call.fault = azure_error(404, "404", "Resource not found");
    return call;
  }
  rest.remove_prefix(is_v1 ? 3 : 0);
  if (request.method == "GET" && rest == "models") {
    call.lists = NativeCall::Lists::openai;
    return call;
  }
  constexpr std::string_view k_deployments = "deployments/";
  if (!is_v1 && rest.starts_with(k_deployments)) {
    rest.remove_prefix(k_deployments.size());
    if (!rest.starts_with("gpt-image-2")) {
      call.fault =
        azure_error(404, "DeploymentNotFound",
                    "The API deployment for this resource does not exist. If you created the "
                    "deployment within the last 5 minutes, please wait a moment and try again.");
      return call;
    }
    rest.remove_prefix(std::min(rest.find('/'), rest.size() - 1) + 1);
  } else if (!is_v1) {
    rest = {};
  }
  if (request.method == "POST" && (rest == "images/generations" || rest == "images/edits")) {
    call.route = Route::images;
  }
  return call;
}

NativeCall gemini_call(const Request& request, std::string_view path, const Behaviour& behaviour)
{
  NativeCall call;
  if (request.header("x-goog-api-key").empty() && behaviour.key_check == KeyCheck::required) {
    call.fault = gemini_error(403, "PERMISSION_DENIED",
                              "Method doesn't allow unregistered callers (callers without "
                              "established identity). Please use API Key or other form of API "
                              "consumer identity to call this API.");
    return call;
  }
  if (request.method == "GET" && path == k_gemini_models) {
    call.lists = NativeCall::Lists::gemini;
    return call;
  }
  constexpr std::string_view k_draws = ":generateContent";
  if (request.method != "POST" || !path.ends_with(k_draws)) {
    return call;
  }
  const auto model = path.substr(k_gemini_models.size() + 1,
                                 path.size() - k_gemini_models.size() - 1 - k_draws.size());
  if (!model.starts_with("gemini-")) {
    call.fault = gemini_error(404, "NOT_FOUND",
                              fmt::format("models/{} is not found for API version v1beta, or is "
                                          "not supported for generateContent. Call ListModels to "
                                          "see the list of available models and their supported "
                                          "methods.",
                                          model));
    return call;
  }
  call.route = Route::gemini;
  return call;
}

} // namespace

std::optional<NativeCall> native_call(const Request& request, std::string_view path,
                                      const Behaviour& behaviour)
{
  if (path.starts_with(k_azure_root)) {
    return azure_call(request, path, behaviour);
  }
  if (path.starts_with(k_gemini_models)) {
    return gemini_call(request, path, behaviour);
  }
  return std::nullopt;
}

Answer gemini_models(const Behaviour& behaviour)
{
  const auto item = [](std::string_view id) {
    return fmt::format(
      R"({{"name":"models/{}","displayName":"{}","supportedGenerationMethods":["generateContent"]}})",
      id, id);
  };
  auto items = item("gemini-2.5-flash");
  if (behaviour.listing == Listing::listed) {
    items += "," + item("gemini-2.5-flash-image");
  }
  return answer_with(200, fmt::format(R"({{"models":[{}]}})", items));
}

Answer draw_gemini(const Behaviour& behaviour, const Rendered& image)
{
  constexpr std::string_view k_words = R"({"text":"Here it is."})";
  const auto picture = fmt::format(R"(,{{"inlineData":{{"mimeType":"image/png","data":"{}"}}}})",
                                   image.base64 ? *image.base64 : std::string());
  return answer_with(
    200,
    fmt::format(
      R"({{"candidates":[{{"content":{{"role":"model","parts":[{}{}]}},"finishReason":"STOP","index":0}}],"usageMetadata":{{"promptTokenCount":12,"candidatesTokenCount":1290,"totalTokenCount":1302,"promptTokensDetails":[{{"modality":"TEXT","tokenCount":12}}],"candidatesTokensDetails":[{{"modality":"IMAGE","tokenCount":1290}}]}},"modelVersion":"gemini-2.5-flash-image"}})",
      k_words, behaviour.content == Content::words_only ? "" : picture));
}

} // namespace limn::sandbox
