#include "answer_bodies.hpp"
#include "gateway_answers.hpp"

#include <array>
#include <cstdio>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

constexpr AnswerKind k_charged[] = {
  {"result elsewhere 303", Charged::perhaps, 2,
   [](const DrawingRequest&) { return said(303, "", "Location: /results/1\r\n"); }},
  {"broken gateway cut behind its head", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     const auto whole =
       response(between(0, 1, asked.random) ? 500 : 503, error("overloaded", "server_error", ""));
     return cut(whole, whole.find("\r\n\r\n") + 8, Reply::After::close);
   }},
  {"strange status", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     constexpr std::array<std::string_view, 5> statuses{"000", "042", "600", "777", "999"};
     auto whole = response(200, error("no credit", "", "insufficient_quota"));
     whole.replace(whole.find("200"), 3,
                   statuses[static_cast<std::size_t>(between(0, 4, asked.random))]);
     return Reply{whole};
   }},
  {"a head within a head", Charged::perhaps, 3,
   [](const DrawingRequest&) {
     return Reply{"HTTP/1.1 200 OK\r\nServer: a\r\n"
                  + response(402, error("Insufficient Balance", "", ""))};
   }},
  {"drawing events, then an error", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     constexpr std::array<std::string_view, 4> codes{"server_error", "rate_limit_exceeded",
                                                     "insufficient_quota", "model_not_found"};
     const auto code = codes[static_cast<std::size_t>(between(0, 3, asked.random))];
     return streamed(event("response.image_generation_call.generating",
                           R"({"type":"response.image_generation_call.generating"})")
                     + event("error", error("it broke", "", code)));
   }},
  {"image in events, under another name, then an error", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     return streamed(
       event("picture", R"({"type":"picture.ready","data":")" + asked.pictures.drawn + "\"}")
       + event("error", error("it broke", "server_error", "rate_limit_exceeded")));
   }},
  {"image beside an error", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     return said(200,
                 R"({"error":{"message":"it broke","code":"server_error"},"payload":{"image":")"
                   + asked.pictures.drawn + "\"}}");
   }},
  {"image in a refusal", Charged::perhaps, 5,
   [](const DrawingRequest& asked) {
     auto body = image_json(asked, asked.pictures.drawn);
     body.insert(1, R"("error":{"message":"Insufficient Balance","code":"insufficient_quota"},)");
     return said(any_refusal(asked.random), body);
   }},
  {"piece of an image in a refusal", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     auto body = image_json(asked, asked.pictures.drawn.substr(0, 2000));
     body.insert(1, R"("error":{"message":"Insufficient Balance","code":"insufficient_quota"},)");
     return said(any_refusal(asked.random), body);
   }},
  {"image as bytes with the status of a refusal", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     return Reply{response(any_refusal(asked.random), asked.pictures.drawn, "text/plain")};
   }},
  {"image in events behind an error", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     return streamed(event("error", error("it broke", "", "insufficient_quota"))
                     + final_event(asked.endpoint, asked.pictures.drawn));
   }},
  {"image in events behind a failure that only the provider knows", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     return streamed(
       (asked.endpoint == Endpoint::images
          ? event("image_generation.failed", R"({"type":"image_generation.failed"})")
          : event("response.incomplete",
                  R"({"type":"response.incomplete","response":{"status":"incomplete"}})"))
       + final_event(asked.endpoint, asked.pictures.drawn));
   }},
  {"address in events behind an error", Charged::perhaps, 1,
   [](const DrawingRequest& asked) {
     const std::string gone = "https://10.0.0.1/gone.png";
     return streamed(event("error", error("it broke", "", "insufficient_quota"))
                     + (asked.endpoint == Endpoint::images
                          ? event("image_generation.completed",
                                  R"({"type":"image_generation.completed","url":")" + gone + "\"}")
                          : final_event(asked.endpoint, gone)));
   }},
  {"image in events with the status of a refusal", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     return Reply{response(any_refusal(asked.random),
                           final_event(asked.endpoint, asked.pictures.drawn)
                             + event("error", error("no", "", "")),
                           "text/event-stream")};
   }},
  {"an error in events, and no end", Charged::perhaps, 4,
   [](const DrawingRequest&) {
     const auto whole =
       streamed(event("error", error("it broke", "", "insufficient_quota")) + ": talk\n\n");
     return cut(whole.bytes, whole.bytes.size() - 2, Reply::After::close);
   }},
  {"image, its last chunk missing", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     const auto body = image_json(asked, asked.pictures.small);
     std::array<char, 16> size{};
     std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
     return Reply{"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n"
                    + std::string(size.data()) + body + "\r\n",
                  Reply::After::close};
   }},
  {"image, then another answer", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     return Reply{response(200, image_json(asked, asked.pictures.small))
                    + response(402, error("Insufficient Balance", "", "")),
                  Reply::After::close};
   }},
  {"upstream had it", Charged::perhaps, 6,
   [](const DrawingRequest& asked) {
     constexpr std::array<std::string_view, 5> texts{
       "Error transforming OpenRouter image generation response: 2 validation errors",
       "Provided readable stream must have a known length",
       "upstream connect error or disconnect/reset before headers. reset reason: connection "
       "termination",
       "Server disconnected without sending a response.", "bad_response_body"};
     constexpr std::array<int, 3> statuses{400, 500, 503};
     return said(statuses[static_cast<std::size_t>(between(0, 2, asked.random))],
                 error(texts[static_cast<std::size_t>(between(0, 4, asked.random))], "", ""));
   }},
  {"conflict 409", Charged::perhaps, 3,
   [](const DrawingRequest&) { return said(409, error("try this another way", "", "")); }},
  {"late unclear 400", Charged::perhaps, 1,
   [](const DrawingRequest&) {
     auto reply = said(400, error("the moon is in the wrong house", "", ""));
     reply.delay = k_late_error + milliseconds(20);
     return reply;
   }},
  {"content 400", Charged::perhaps, 2,
   [](const DrawingRequest&) {
     return said(400, error("rejected by the safety system", "", "moderation_blocked"));
   }},
  {"hang-up", Charged::perhaps, 6,
   [](const DrawingRequest& asked) {
     return Reply{"", between(0, 1, asked.random) ? Reply::After::close : Reply::After::reset};
   }},
  {"cut anywhere", Charged::perhaps, 8,
   [](const DrawingRequest& asked) {
     const auto whole = response(200, image_json(asked, asked.pictures.small));
     return cut(
       whole,
       static_cast<std::size_t>(between(1, static_cast<int>(whole.size()) - 8, asked.random)),
       between(0, 1, asked.random) ? Reply::After::close : Reply::After::reset);
   }},
  {"gateway 50x", Charged::perhaps, 6,
   [](const DrawingRequest& asked) {
     constexpr std::array<int, 5> statuses{502, 504, 524, 520, 408};
     return Reply{response(statuses[static_cast<std::size_t>(between(0, 4, asked.random))],
                           "<html><title>Time-out</title></html>", "text/html")};
   }},
  {"gateway 504 in JSON", Charged::perhaps, 3,
   [](const DrawingRequest&) { return said(504, error("upstream timeout", "server_error", "")); }},
  {"broken 500", Charged::perhaps, 3,
   [](const DrawingRequest&) {
     return Reply{response(500, "Internal Server Error", "text/plain")};
   }},
  {"upstream cut 500", Charged::perhaps, 3,
   [](const DrawingRequest&) {
     return said(500, error("unexpected EOF", "new_api_error", "do_request_failed"));
   }},
  {"nothing 200", Charged::perhaps, 3, [](const DrawingRequest&) { return said(200, "{}"); }},
  {"empty 200", Charged::perhaps, 3, [](const DrawingRequest&) { return said(200, ""); }},
  {"empty texts 200", Charged::perhaps, 3,
   [](const DrawingRequest& asked) { return said(200, image_json(asked, "")); }},
  {"words 200", Charged::perhaps, 3,
   [](const DrawingRequest&) {
     return said(200, R"({"choices":[{"message":{"content":"Here is your fox."}}]})");
   }},
  {"half an image", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     return said(200, image_json(asked, asked.pictures.small.substr(0, 56)));
   }},
  {"no base64", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     return said(200, image_json(asked, "not an image at all!"));
   }},
  {"partial, then an error", Charged::perhaps, 6,
   [](const DrawingRequest& asked) {
     constexpr std::array<std::string_view, 5> codes{"server_error", "rate_limit_exceeded",
                                                     "insufficient_quota", "model_not_found",
                                                     "unknown_parameter"};
     const auto code = codes[static_cast<std::size_t>(between(0, 4, asked.random))];
     return streamed(partial_event(asked.endpoint)
                     + event("error", error("it broke", "", code, "quality")));
   }},
  {"partial, then the end", Charged::perhaps, 4,
   [](const DrawingRequest& asked) { return streamed(partial_event(asked.endpoint)); }},
  {"partial, then cut", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     const auto whole = response(
       200, partial_event(asked.endpoint) + final_event(asked.endpoint, asked.pictures.small),
       "text/event-stream");
     return cut(whole, whole.size() - 60, Reply::After::close);
   }},
  {"image beside a word of HTML, cut behind it", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     const auto body = R"({"choices":[{"message":{"content":"as <svg>: ![](data:image/png;base64,)"
                       + asked.pictures.drawn + ")\"}}]}";
     const auto whole = response(200, body);
     return cut(whole, whole.size() - 5, Reply::After::close);
   }},
  {"partial, cut behind its picture", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     const auto whole =
       response(200, partial_event(asked.endpoint, asked.pictures.drawn), "text/event-stream");
     return cut(whole, whole.size() - 2, Reply::After::close);
   }},
  {"late 500", Charged::perhaps, 2,
   [](const DrawingRequest&) {
     auto reply = said(500, error("Sorry about that!", "server_error", ""));
     reply.delay = k_late_error + milliseconds(20);
     return reply;
   }},
  {"silence", Charged::perhaps, 1,
   [](const DrawingRequest&) {
     return Reply{"", Reply::After::never_ends};
   }},
  {"a start, then silence", Charged::perhaps, 1,
   [](const DrawingRequest& asked) {
     return cut(response(200, image_json(asked, asked.pictures.small)), 120,
                Reply::After::never_ends);
   }},
  {"garbage", Charged::perhaps, 2,
   [](const DrawingRequest&) {
     return Reply{"SSH-2.0-server\r\n", Reply::After::close};
   }},
  {"a URL that is gone", Charged::perhaps, 1,
   [](const DrawingRequest& asked) {
     return asked.endpoint == Endpoint::images
              ? said(200, R"({"data":[{"url":"https://127.0.0.1:1/gone.png"}]})")
              : said(200, image_json(asked, "https://127.0.0.1:1/gone.png"));
   }},

  // --- Images ---
  {"image", Charged::perhaps, 14,
   [](const DrawingRequest& asked) { return said(200, image_json(asked, asked.pictures.small)); }},
  {"image that is lifted", Charged::perhaps, 8,
   [](const DrawingRequest& asked) { return said(200, image_json(asked, asked.pictures.lifted)); }},
  {"image in events", Charged::perhaps, 8,
   [](const DrawingRequest& asked) {
     return streamed(partial_event(asked.endpoint)
                     + final_event(asked.endpoint, asked.pictures.small));
   }},
  {"image, then an error", Charged::perhaps, 3,
   [](const DrawingRequest& asked) {
     return streamed(final_event(asked.endpoint, asked.pictures.small)
                     + event("error", error("too late", "server_error", "")));
   }},
  {"image, then the connection closes", Charged::perhaps, 4,
   [](const DrawingRequest& asked) {
     auto reply = said(200, image_json(asked, asked.pictures.small));
     reply.after = Reply::After::close;
     return reply;
   }},
};

} // namespace

std::span<const AnswerKind> charged_answers()
{
  return k_charged;
}

} // namespace limn::test
