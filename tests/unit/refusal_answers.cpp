#include "answer_bodies.hpp"
#include "gateway_answers.hpp"

#include <array>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

std::string_view any_parameter(std::mt19937& random)
{
  constexpr std::array<std::string_view, 7> names{
    "quality",       "background",       "moderation",    "size",
    "output_format", "tools[0].quality", "partial_images"};
  return names[static_cast<std::size_t>(between(0, 6, random))];
}

constexpr AnswerKind k_refusals[] = {
  {"billing 400", Charged::never, 6,
   [](const DrawingRequest&) {
     return said(400, error("Billing hard limit has been reached.", "billing_limit_user_error",
                            "billing_hard_limit_reached"));
   }},
  {"billing 402", Charged::never, 4,
   [](const DrawingRequest&) { return said(402, error("Insufficient Balance", "", "")); }},
  {"quota 429", Charged::never, 4,
   [](const DrawingRequest&) {
     return said(429, error("You exceeded your current quota.", "insufficient_quota", ""));
   }},
  {"quota 200", Charged::never, 3,
   [](const DrawingRequest&) {
     return said(200, error("user quota is not enough", "one_api_error", ""));
   }},
  {"quota in events", Charged::never, 3,
   [](const DrawingRequest&) {
     return streamed(event("error", error("it broke", "", "insufficient_quota")));
   }},
  {"auth 401", Charged::never, 4,
   [](const DrawingRequest&) { return said(401, error("Incorrect API key", "", "")); }},
  {"access 403", Charged::never, 4,
   [](const DrawingRequest&) {
     return said(403, error("Your organization must be verified", "", ""));
   }},
  {"model 404", Charged::never, 4,
   [](const DrawingRequest&) { return said(404, error("no such model", "", "model_not_found")); }},
  {"model 503", Charged::never, 4,
   [](const DrawingRequest&) {
     return said(503, error("无可用渠道", "new_api_error", "model_not_found"));
   }},
  {"endpoint 404", Charged::never, 6,
   [](const DrawingRequest&) { return said(404, error("Invalid URL (POST /v1/x)", "", "")); }},
  {"endpoint 405", Charged::never, 3,
   [](const DrawingRequest&) { return said(405, R"({"detail":"Method Not Allowed"})"); }},
  {"web page 200", Charged::never, 3,
   [](const DrawingRequest&) {
     return Reply{response(200, "<!DOCTYPE html><title>home</title>", "text/html")};
   }},
  {"size 400", Charged::never, 8,
   [](const DrawingRequest&) {
     return said(400, error("Invalid size", "", "invalid_value", "size"));
   }},
  {"parameter 400", Charged::never, 8,
   [](const DrawingRequest& asked) {
     const auto name = any_parameter(asked.random);
     return said(400,
                 error("Unknown parameter", "invalid_request_error", "unknown_parameter", name));
   }},
  {"invalid 400", Charged::never, 2,
   [](const DrawingRequest&) {
     return said(400, error("prompt too long", "", "string_above_max_length"));
   }},
  {"unclear 400", Charged::never, 4,
   [](const DrawingRequest&) {
     return said(400, error("the moon is in the wrong house", "", ""));
   }},
  {"late 503 without a channel", Charged::never, 1,
   [](const DrawingRequest&) {
     auto reply = said(503, error("no available channel", "new_api_error", "get_channel_failed"));
     reply.delay = k_late_error + milliseconds(20);
     return reply;
   }},
  {"rate with a hint", Charged::never, 2,
   [](const DrawingRequest&) {
     return said(429, error("slow down", "", "rate_limit_exceeded"), "Retry-After-Ms: 1\r\n");
   }},
  {"rate without a hint", Charged::never, 4,
   [](const DrawingRequest&) { return said(429, error("slow down", "", "rate_limit_exceeded")); }},
  {"rate for an hour", Charged::never, 3,
   [](const DrawingRequest&) {
     return said(429, error("slow down", "", ""), "Retry-After: 3600\r\n");
   }},
  {"server 500", Charged::never, 8,
   [](const DrawingRequest&) { return said(500, error("Sorry about that!", "server_error", "")); }},
  {"overloaded 503", Charged::never, 4,
   [](const DrawingRequest&) {
     return said(503, error("overloaded", "", "server_is_overloaded"));
   }},
  {"redirect 307", Charged::never, 2,
   [](const DrawingRequest&) {
     return said(307, "", "Location: https://elsewhere.example/v1\r\n");
   }},
  {"refusal, then the connection closes", Charged::never, 4,
   [](const DrawingRequest&) {
     auto reply = said(500, error("Sorry about that!", "server_error", ""));
     reply.after = Reply::After::close; // the next request finds a dead connection
     return reply;
   }},

  {"refusal cut behind its head", Charged::never, 3,
   [](const DrawingRequest& asked) {
     constexpr std::array<int, 4> statuses{401, 403, 404, 429};
     const auto status = statuses[static_cast<std::size_t>(between(0, 3, asked.random))];
     const auto whole = response(status, error("no", "", ""));
     return cut(whole, whole.find("\r\n\r\n") + 8, Reply::After::close);
   }},

  {"small picture in a refusal", Charged::never, 4,
   [](const DrawingRequest& asked) {
     return said(
       any_refusal(asked.random),
       R"({"error":{"message":"Insufficient Balance","code":"insufficient_quota"},"logo":")"
         + asked.pictures.lifted + "\"}");
   }},
  {"page with a picture in a refusal", Charged::never, 3,
   [](const DrawingRequest& asked) {
     return said(402, R"({"error":{"message":"<html><img src='data:image/png;base64,)"
                        + asked.pictures.drawn + R"('>","code":"insufficient_quota"}})");
   }},
  {"page with a picture in a refusal, cut behind it", Charged::never, 3,
   [](const DrawingRequest& asked) {
     const auto whole =
       response(402, R"({"error":{"message":"<html><img src='data:image/png;base64,)"
                       + asked.pictures.drawn + R"('>","code":"x"}})");
     return cut(whole, whole.size() - 12, Reply::After::close);
   }},
  {"hints, then a refusal", Charged::never, 2,
   [](const DrawingRequest&) {
     return Reply{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                  + response(402, error("Insufficient Balance", "", ""))};
   }},
};

} // namespace

std::span<const AnswerKind> refusal_answers()
{
  return k_refusals;
}

} // namespace limn::test
