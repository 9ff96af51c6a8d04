#include "answer_bodies.hpp"

#include <array>

namespace limn::test {

std::string error(std::string_view message, std::string_view type, std::string_view code,
                  std::string_view param)
{
  const auto quoted = [](std::string_view text) {
    return text.empty() ? std::string("null") : '"' + std::string(text) + '"';
  };
  return "{\"error\":{\"message\":" + quoted(message) + ",\"type\":" + quoted(type)
         + ",\"param\":" + quoted(param) + ",\"code\":" + quoted(code) + "}}";
}

std::string image_json(const DrawingRequest& asked, std::string_view base64)
{
  const std::string image(base64);
  switch (asked.endpoint) {
  case Endpoint::images:
    return "{\"created\":1,\"data\":[{\"b64_json\":\"" + image + "\"}]}";
  case Endpoint::chat:
    return std::string(R"({"choices":[{"message":{"content":null,"images":[{"image_url":{"url":")")
           + (image.starts_with("http") || image.empty() ? "" : "data:image/png;base64,") + image
           + "\"}}]}}]}";
  case Endpoint::jobs:
    return R"({"id":")" + std::string(asked.job)
           + R"(","status":"completed","result":{"images":[{"index":0,"b64_json":")" + image
           + "\"}]}}";
  case Endpoint::responses:
    break;
  }
  return "{\"status\":\"completed\",\"output\":[{\"type\":\"image_generation_call\",\"status\":"
         "\"completed\",\"result\":\""
         + image + "\"}]}";
}

std::string event(std::string_view name, const std::string& data)
{
  return "event: " + std::string(name) + "\ndata: " + data + "\n\n";
}

std::string partial_event(Endpoint endpoint, std::string_view png)
{
  return endpoint == Endpoint::images
           ? event(
             "image_generation.partial_image",
             R"({"type":"image_generation.partial_image","partial_image_index":0,"b64_json":")"
               + std::string(png) + "\"}")
           : event("response.image_generation_call.partial_image",
                   R"({"type":"response.image_generation_call.partial_image","partial_image_b64":")"
                     + std::string(png) + "\"}");
}

std::string final_event(Endpoint endpoint, std::string_view png)
{
  return endpoint == Endpoint::images
           ? event("image_generation.completed",
                   R"({"type":"image_generation.completed","b64_json":")" + std::string(png)
                     + "\"}")
           : event("response.output_item.done",
                   R"({"type":"response.output_item.done","item":{"type":"image_generation_call",)"
                   R"("status":"completed","result":")"
                     + std::string(png) + "\"}}");
}

Reply said(int status, std::string_view body, std::string_view headers)
{
  return {response(status, body, "application/json", headers)};
}

Reply streamed(const std::string& events)
{
  return {response(200, events, "text/event-stream")};
}

// The first part of a whole response, then the end of the connection.
Reply cut(const std::string& whole, std::size_t size, Reply::After after)
{
  return {whole.substr(0, size), after};
}

int between(int low, int high, std::mt19937& random)
{
  return std::uniform_int_distribution(low, high)(random);
}

int any_refusal(std::mt19937& random)
{
  constexpr std::array<int, 10> statuses{307, 400, 401, 402, 403, 404, 422, 429, 500, 503};
  return statuses[static_cast<std::size_t>(between(0, 9, random))];
}

} // namespace limn::test
