#include "conformance/answers.hpp"

#include "base/base64.hpp"

#include <fmt/format.h>

namespace limn::conformance {

namespace {

std::string images_answer(const std::string& base64)
{
  return fmt::format(R"({{"created":1700000000,"data":[{{"b64_json":"{}"}}]}})", base64);
}

std::string responses_answer(const std::string& base64)
{
  return fmt::format(
    R"({{"id":"resp_1","object":"response","status":"completed","output":[{{"type":"image_generation_call",)"
    R"("id":"ig_1","status":"completed","result":"{}"}}]}})",
    base64);
}

std::string chat_answer(const std::string& base64)
{
  return fmt::format(
    R"({{"id":"chatcmpl-1","object":"chat.completion","choices":[{{"index":0,"finish_reason":"stop",)"
    R"("message":{{"role":"assistant","content":"Here it is.","images":[{{"type":"image_url",)"
    R"("image_url":{{"url":"data:image/png;base64,{}"}}}}]}}}}]}})",
    base64);
}

std::string markdown_answer(const std::string& base64)
{
  return fmt::format(
    R"({{"id":"chatcmpl-1","object":"chat.completion","choices":[{{"index":0,"finish_reason":"stop",)"
    R"x("message":{{"role":"assistant","content":"![image](data:image/png;base64,{})"}}}}]}})x",
    base64);
}

std::string candidates_answer(const std::string& base64)
{
  return fmt::format(
    R"({{"candidates":[{{"content":{{"role":"model","parts":[{{"inlineData":{{"mimeType":"image/png",)"
    R"("data":"{}"}}}}]}},"finishReason":"STOP"}}]}})",
    base64);
}

std::string accepted_answer(const std::string&)
{
  return R"({"id":"task-1","task_id":"task-1","request_id":"task-1","status":"queued",)"
         R"("data":{"id":"task-1","task_id":"task-1"},)"
         R"("output":{"task_id":"task-1","task_status":"PENDING"},)"
         R"("status_url":"/tasks/task-1","polling_url":"/tasks/task-1"})";
}

template <const char* Word>
std::string task_answer(const std::string& base64)
{
  return fmt::format(
    R"({{"id":"task-1","task_id":"task-1","status":"{0}","data":[{{"b64_json":"{1}"}}],)"
    R"("images":[{{"b64_json":"{1}","url":"data:image/png;base64,{1}"}}],)"
    R"("result":{{"b64_json":"{1}","image":"{1}","sample":"data:image/png;base64,{1}"}},)"
    R"("output":{{"task_status":"SUCCEEDED","results":[{{"b64_image":"{1}"}}]}}}})",
    Word, base64);
}

constexpr char k_completed[] = "completed";
constexpr char k_succeeded[] = "succeeded";
constexpr char k_success[] = "SUCCESS";

// `drawn` answers a request that draws, `asked` one that asks how it goes.
Shape kit_shape(std::string_view name, std::string (*drawn)(const std::string& base64),
                std::string (*asked)(const std::string& base64))
{
  return {std::string(name), Holding::base64,
          [=](const ProviderRequest& request, int, std::string_view picture) {
            Reply reply;
            reply.body = (request.billable ? drawn : asked)(base64(picture));
            return reply;
          },
          [](std::string_view picture) { return std::string(picture); }};
}

} // namespace

std::string Shape::written(std::string_view picture) const
{
  return holding == Holding::base64 ? base64(picture) : given(picture);
}

bool Shape::brings(std::string_view body, std::string_view picture) const
{
  constexpr std::size_t k_enough = 40; // to tell one picture from another
  const auto text = written(picture);
  return body.find(holding == Holding::address ? text : text.substr(0, k_enough))
         != std::string_view::npos;
}

const std::vector<Shape>& shapes()
{
  static const std::vector<Shape> all{
    kit_shape("Images API", images_answer, images_answer),
    kit_shape("Responses API", responses_answer, responses_answer),
    kit_shape("chat with images", chat_answer, chat_answer),
    kit_shape("chat with Markdown", markdown_answer, markdown_answer),
    kit_shape("generateContent", candidates_answer, candidates_answer),
    kit_shape("task, then \"completed\"", accepted_answer, task_answer<k_completed>),
    kit_shape("task, then \"succeeded\"", accepted_answer, task_answer<k_succeeded>),
    kit_shape("task, then \"SUCCESS\"", accepted_answer, task_answer<k_success>),
    kit_shape("task, then an Images API answer", accepted_answer, images_answer),
  };
  return all;
}

std::string picture(int number)
{
  std::string bytes("\x89PNG\r\n\x1a\n", 8);
  bytes += fmt::format("picture {}", number);
  for (int i = 0; i < 1500; ++i) {
    bytes.push_back(static_cast<char>((i * 7 + number) % 251));
  }
  return bytes;
}

std::string base64(std::string_view bytes)
{
  return base64_encode(std::as_bytes(std::span(bytes)));
}

Gatekeeper good_gatekeeper(const Shape& shape, int number)
{
  return [shape, number](const ProviderRequest& request, int index) {
    return shape.answer(request, index, picture(number + (request.billable ? index : 0)));
  };
}

Gatekeeper bad_gatekeeper(Reply reply)
{
  return [reply = std::move(reply)](const ProviderRequest& request, int) {
    return request.billable
             ? reply
             : Reply{404, R"({"error":{"message":"no such task"}})", "application/json", {}, 0};
  };
}

const std::vector<Refusal>& refusals()
{
  static const std::vector<Refusal> all{
    {"provider.class_content", 400,
     R"({"error":{"message":"Your request was rejected as a result of our safety system.","type":"user_error","param":null,"code":"moderation_blocked"}})"},
    {"provider.class_billing", 429,
     R"({"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}})"},
    {"provider.class_auth", 401,
     R"({"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}})"},
    {"provider.class_model", 404,
     R"({"error":{"message":"The model `gpt-image-2` does not exist or you do not have access to it.","type":"invalid_request_error","param":null,"code":"model_not_found"}})"},
    {"provider.class_rate_limited", 429,
     R"({"error":{"message":"Rate limit reached for images per minute.","type":"requests","param":null,"code":"rate_limit_exceeded"}})"},
    {"provider.class_parameter", 400,
     R"({"error":{"message":"Unknown parameter: 'quality'.","type":"invalid_request_error","param":"quality","code":"unknown_parameter"}})"},
    {"provider.class_server", 500,
     R"({"error":{"message":"The server had an error while processing your request.","type":"server_error","param":null,"code":null}})"},
    {"provider.class_lost", 504,
     "<html><head><title>504 Gateway Time-out</title></head><body></body></html>"},
    {"provider.class_access", 403,
     R"({"error":{"message":"Your organization must be verified to use the model `gpt-image-2`.","type":"invalid_request_error","param":null,"code":null}})"},
    {"provider.class_endpoint", 404,
     R"x({"error":{"message":"Invalid URL (POST /v1/images/generations)","type":"invalid_request_error","param":null,"code":null}})x"},
    {"provider.class_size", 400,
     R"({"error":{"message":"Invalid size '2048x1024'. Supported sizes are 1024x1024 and auto.","type":"invalid_request_error","param":"size","code":"invalid_value"}})"},
    {"provider.class_invalid_request", 400,
     R"({"error":{"message":"Invalid 'prompt': string too long.","type":"invalid_request_error","param":"prompt","code":"string_above_max_length"}})"},
  };
  return all;
}

} // namespace limn::conformance
