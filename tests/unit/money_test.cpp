#include "engine/engine.hpp"
#include "fresh_folder.hpp"
#include "http/transport.hpp"
#include "loop/epoll_loop.hpp"
#include "output/folder_sink.hpp"
#include "plugin/host_services.hpp"
#include "scripted_server.hpp"
#include "silence.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <memory>
#include <random>
#include <set>

// The invariant of money: whatever gateways answer, the requests whose outcome could have been
// charged are at most as many as the images that were wanted, unless the user allowed more. Random
// scripts of answers against the real engine, plugins and libcurl, over real connections. What
// could have been charged is judged here, by what the server did, and not by what limn says of it.
namespace limn {

namespace {

using std::chrono::milliseconds;
using test::Reply;
using test::response;

constexpr std::string_view k_png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNo"
                                   "AAAAggCBd81ytgAAAABJRU5ErkJggg==";

// The same with a private chunk of 1914 zeros: long enough to be lifted out of a message.
std::string large_png()
{
  constexpr std::size_t head = 44; // of base64: signature and header, 33 bytes
  return std::string(k_png.substr(0, head)) + "AAAHenByTk8" + std::string(2551, 'A') + "DpJKQs"
         + std::string(k_png.substr(head));
}

// 512x256, with such a chunk: not far below the size that is asked for.
std::string drawn_png()
{
  return "iVBORw0KGgoAAAANSUhEUgAAAgAAAAEACAAAAADg+5G7AAAHenpyTk8" + std::string(2551, 'A')
         + "CylZ2fAAAAlUlEQVR42u3BAQ0AAADCoPdP7ewBFAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA3AR4AAY"
           "/4QuAAAAAASUVORK5CYII=";
}

constexpr milliseconds k_late_error{150};
constexpr milliseconds k_timeout{400};
constexpr milliseconds k_job_timeout{1200}; // a poll that broke is sent again after half a second

enum class Charged { never, perhaps };
enum class Path { images, responses, chat, jobs };

// One way to answer a request for an image.
struct Kind {
  std::string_view name;
  Charged charged;
  int weight;
  Reply (*reply)(Path path, std::mt19937& random);
};

std::string error(std::string_view message, std::string_view type, std::string_view code,
                  std::string_view param = "")
{
  const auto quoted = [](std::string_view text) {
    return text.empty() ? std::string("null") : '"' + std::string(text) + '"';
  };
  return "{\"error\":{\"message\":" + quoted(message) + ",\"type\":" + quoted(type)
         + ",\"param\":" + quoted(param) + ",\"code\":" + quoted(code) + "}}";
}

std::string image_json(Path path, std::string_view base64)
{
  const std::string image(base64);
  switch (path) {
  case Path::images:
    return "{\"created\":1,\"data\":[{\"b64_json\":\"" + image + "\"}]}";
  case Path::chat:
    return std::string(R"({"choices":[{"message":{"content":null,"images":[{"image_url":{"url":")")
           + (image.starts_with("http") || image.empty() ? "" : "data:image/png;base64,") + image
           + "\"}}]}}]}";
  case Path::jobs:
    return R"({"id":"1","status":"completed","result":{"images":[{"index":0,"b64_json":")" + image
           + "\"}]}}";
  case Path::responses:
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

std::string partial_event(Path path)
{
  return path == Path::images
           ? event(
             "image_generation.partial_image",
             R"({"type":"image_generation.partial_image","partial_image_index":0,"b64_json":")"
               + std::string(k_png) + "\"}")
           : event("response.image_generation_call.partial_image",
                   R"({"type":"response.image_generation_call.partial_image","partial_image_b64":")"
                     + std::string(k_png) + "\"}");
}

std::string final_event(Path path, std::string_view png = k_png)
{
  return path == Path::images
           ? event("image_generation.completed",
                   R"({"type":"image_generation.completed","b64_json":")" + std::string(png)
                     + "\"}")
           : event("response.output_item.done",
                   R"({"type":"response.output_item.done","item":{"type":"image_generation_call",)"
                   R"("status":"completed","result":")"
                     + std::string(png) + "\"}}");
}

Reply said(int status, std::string_view body, std::string_view headers = {})
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

std::string_view any_parameter(std::mt19937& random)
{
  constexpr std::array<std::string_view, 7> names{
    "quality",       "background",       "moderation",    "size",
    "output_format", "tools[0].quality", "partial_images"};
  return names[static_cast<std::size_t>(between(0, 6, random))];
}

int any_refusal(std::mt19937& random)
{
  constexpr std::array<int, 10> statuses{307, 400, 401, 402, 403, 404, 422, 429, 500, 503};
  return statuses[static_cast<std::size_t>(between(0, 9, random))];
}

constexpr Kind k_kinds[] = {
  // --- Refusals: nothing is drawn ---
  {"billing 400", Charged::never, 6,
   [](Path, std::mt19937&) {
     return said(400, error("Billing hard limit has been reached.", "billing_limit_user_error",
                            "billing_hard_limit_reached"));
   }},
  {"billing 402", Charged::never, 4,
   [](Path, std::mt19937&) { return said(402, error("Insufficient Balance", "", "")); }},
  {"quota 429", Charged::never, 4,
   [](Path, std::mt19937&) {
     return said(429, error("You exceeded your current quota.", "insufficient_quota", ""));
   }},
  {"quota 200", Charged::never, 3,
   [](Path, std::mt19937&) {
     return said(200, error("user quota is not enough", "one_api_error", ""));
   }},
  {"auth 401", Charged::never, 4,
   [](Path, std::mt19937&) { return said(401, error("Incorrect API key", "", "")); }},
  {"access 403", Charged::never, 4,
   [](Path, std::mt19937&) {
     return said(403, error("Your organization must be verified", "", ""));
   }},
  {"model 404", Charged::never, 4,
   [](Path, std::mt19937&) { return said(404, error("no such model", "", "model_not_found")); }},
  {"model 503", Charged::never, 4,
   [](Path, std::mt19937&) {
     return said(503, error("无可用渠道", "new_api_error", "model_not_found"));
   }},
  {"endpoint 404", Charged::never, 6,
   [](Path, std::mt19937&) { return said(404, error("Invalid URL (POST /v1/x)", "", "")); }},
  {"endpoint 405", Charged::never, 3,
   [](Path, std::mt19937&) { return said(405, R"({"detail":"Method Not Allowed"})"); }},
  {"web page 200", Charged::never, 3,
   [](Path, std::mt19937&) {
     return Reply{response(200, "<!DOCTYPE html><title>home</title>", "text/html")};
   }},
  {"size 400", Charged::never, 8,
   [](Path, std::mt19937&) {
     return said(400, error("Invalid size", "", "invalid_value", "size"));
   }},
  {"parameter 400", Charged::never, 8,
   [](Path, std::mt19937& random) {
     const auto name = any_parameter(random);
     return said(400,
                 error("Unknown parameter", "invalid_request_error", "unknown_parameter", name));
   }},
  {"invalid 400", Charged::never, 2,
   [](Path, std::mt19937&) {
     return said(400, error("prompt too long", "", "string_above_max_length"));
   }},
  {"unclear 400", Charged::never, 4,
   [](Path, std::mt19937&) { return said(400, error("the moon is in the wrong house", "", "")); }},
  {"late 503 without a channel", Charged::never, 1,
   [](Path, std::mt19937&) {
     auto reply = said(503, error("no available channel", "new_api_error", "get_channel_failed"));
     reply.delay = k_late_error + milliseconds(20);
     return reply;
   }},
  {"rate with a hint", Charged::never, 2,
   [](Path, std::mt19937&) {
     return said(429, error("slow down", "", "rate_limit_exceeded"), "Retry-After-Ms: 1\r\n");
   }},
  {"rate without a hint", Charged::never, 4,
   [](Path, std::mt19937&) { return said(429, error("slow down", "", "rate_limit_exceeded")); }},
  {"rate for an hour", Charged::never, 3,
   [](Path, std::mt19937&) {
     return said(429, error("slow down", "", ""), "Retry-After: 3600\r\n");
   }},
  {"server 500", Charged::never, 8,
   [](Path, std::mt19937&) { return said(500, error("Sorry about that!", "server_error", "")); }},
  {"overloaded 503", Charged::never, 4,
   [](Path, std::mt19937&) { return said(503, error("overloaded", "", "server_is_overloaded")); }},
  {"redirect 307", Charged::never, 2,
   [](Path, std::mt19937&) { return said(307, "", "Location: https://elsewhere.example/v1\r\n"); }},
  {"refusal, then the connection closes", Charged::never, 4,
   [](Path, std::mt19937&) {
     auto reply = said(500, error("Sorry about that!", "server_error", ""));
     reply.after = Reply::After::close; // the next request finds a dead connection
     return reply;
   }},

  {"refusal cut behind its head", Charged::never, 3,
   [](Path, std::mt19937& random) {
     constexpr std::array<int, 4> statuses{401, 403, 404, 429};
     const auto status = statuses[static_cast<std::size_t>(between(0, 3, random))];
     const auto whole = response(status, error("no", "", ""));
     return cut(whole, whole.find("\r\n\r\n") + 8, Reply::After::close);
   }},

  {"small picture in a refusal", Charged::never, 4,
   [](Path, std::mt19937& random) {
     return said(any_refusal(random),
                 R"({"error":{"message":"Insufficient Balance","code":"insufficient_quota"},"logo":")"
                   + large_png() + "\"}");
   }},
  {"page with a picture in a refusal", Charged::never, 3,
   [](Path, std::mt19937&) {
     return said(402, R"({"error":{"message":"<html><img src='data:image/png;base64,)"
                        + drawn_png() + R"('>","code":"insufficient_quota"}})");
   }},
  {"hints, then a refusal", Charged::never, 2,
   [](Path, std::mt19937&) {
     return Reply{"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                  + response(402, error("Insufficient Balance", "", ""))};
   }},

  // --- What may have been charged ---
  {"result elsewhere 303", Charged::perhaps, 2,
   [](Path, std::mt19937&) { return said(303, "", "Location: /results/1\r\n"); }},
  {"broken gateway cut behind its head", Charged::perhaps, 3,
   [](Path, std::mt19937& random) {
     const auto whole =
       response(between(0, 1, random) ? 500 : 503, error("overloaded", "server_error", ""));
     return cut(whole, whole.find("\r\n\r\n") + 8, Reply::After::close);
   }},
  {"strange status", Charged::perhaps, 4,
   [](Path, std::mt19937& random) {
     constexpr std::array<std::string_view, 5> statuses{"000", "042", "600", "777", "999"};
     auto whole = response(200, error("no credit", "", "insufficient_quota"));
     whole.replace(whole.find("200"), 3, statuses[static_cast<std::size_t>(between(0, 4, random))]);
     return Reply{whole};
   }},
  {"drawing events, then an error", Charged::perhaps, 4,
   [](Path, std::mt19937& random) {
     constexpr std::array<std::string_view, 4> codes{"server_error", "rate_limit_exceeded",
                                                     "insufficient_quota", "model_not_found"};
     const auto code = codes[static_cast<std::size_t>(between(0, 3, random))];
     return streamed(event("response.image_generation_call.generating",
                           R"({"type":"response.image_generation_call.generating"})")
                     + event("error", error("it broke", "", code)));
   }},
  {"image in events, under another name, then an error", Charged::perhaps, 4,
   [](Path, std::mt19937&) {
     return streamed(event("picture", R"({"type":"picture.ready","data":")"
                                        + drawn_png() + "\"}")
                     + event("error", error("it broke", "server_error", "rate_limit_exceeded")));
   }},
  {"image beside an error", Charged::perhaps, 3,
   [](Path, std::mt19937&) {
     return said(200,
                 R"({"error":{"message":"it broke","code":"server_error"},"payload":{"image":")"
                   + drawn_png() + "\"}}");
   }},
  {"image in a refusal", Charged::perhaps, 5,
   [](Path path, std::mt19937& random) {
     auto body = image_json(path, drawn_png());
     body.insert(1, R"("error":{"message":"Insufficient Balance","code":"insufficient_quota"},)");
     return said(any_refusal(random), body);
   }},
  {"piece of an image in a refusal", Charged::perhaps, 4,
   [](Path path, std::mt19937& random) {
     auto body = image_json(path, drawn_png().substr(0, 2000));
     body.insert(1, R"("error":{"message":"Insufficient Balance","code":"insufficient_quota"},)");
     return said(any_refusal(random), body);
   }},
  {"image as bytes with the status of a refusal", Charged::perhaps, 3,
   [](Path, std::mt19937& random) {
     return Reply{response(any_refusal(random), drawn_png(), "text/plain")};
   }},
  {"image in events behind an error", Charged::perhaps, 4,
   [](Path path, std::mt19937&) {
     return streamed(event("error", error("it broke", "", "insufficient_quota"))
                     + final_event(path, drawn_png()));
   }},
  {"image in events behind a failure that only the provider knows", Charged::perhaps, 4,
   [](Path path, std::mt19937&) {
     return streamed(
       (path == Path::images
          ? event("image_generation.failed", R"({"type":"image_generation.failed"})")
          : event("response.incomplete",
                  R"({"type":"response.incomplete","response":{"status":"incomplete"}})"))
       + final_event(path, drawn_png()));
   }},
  {"address in events behind an error", Charged::perhaps, 1,
   [](Path path, std::mt19937&) {
     const std::string gone = "https://10.0.0.1/gone.png";
     return streamed(
       event("error", error("it broke", "", "insufficient_quota"))
       + (path == Path::images
            ? event("image_generation.completed",
                    R"({"type":"image_generation.completed","url":")" + gone + "\"}")
            : final_event(path, gone)));
   }},
  {"image in events with the status of a refusal", Charged::perhaps, 3,
   [](Path path, std::mt19937& random) {
     return Reply{response(any_refusal(random), final_event(path, drawn_png())
                                                  + event("error", error("no", "", "")),
                           "text/event-stream")};
   }},
  {"image, its last chunk missing", Charged::perhaps, 3,
   [](Path path, std::mt19937&) {
     const auto body = image_json(path, k_png);
     std::array<char, 16> size{};
     std::snprintf(size.data(), size.size(), "%zx\r\n", body.size());
     return Reply{"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n"
                    + std::string(size.data()) + body + "\r\n",
                  Reply::After::close};
   }},
  {"image, then another answer", Charged::perhaps, 3,
   [](Path path, std::mt19937&) {
     return Reply{response(200, image_json(path, k_png))
                    + response(402, error("Insufficient Balance", "", "")),
                  Reply::After::close};
   }},
  {"upstream had it", Charged::perhaps, 6,
   [](Path, std::mt19937& random) {
     constexpr std::array<std::string_view, 5> texts{
       "Error transforming OpenRouter image generation response: 2 validation errors",
       "Provided readable stream must have a known length",
       "upstream connect error or disconnect/reset before headers. reset reason: connection "
       "termination",
       "Server disconnected without sending a response.", "bad_response_body"};
     constexpr std::array<int, 3> statuses{400, 500, 503};
     return said(statuses[static_cast<std::size_t>(between(0, 2, random))],
                 error(texts[static_cast<std::size_t>(between(0, 4, random))], "", ""));
   }},
  {"conflict 409", Charged::perhaps, 3,
   [](Path, std::mt19937&) { return said(409, error("try this another way", "", "")); }},
  {"late unclear 400", Charged::perhaps, 1,
   [](Path, std::mt19937&) {
     auto reply = said(400, error("the moon is in the wrong house", "", ""));
     reply.delay = k_late_error + milliseconds(20);
     return reply;
   }},
  {"content 400", Charged::perhaps, 2,
   [](Path, std::mt19937&) {
     return said(400, error("rejected by the safety system", "", "moderation_blocked"));
   }},
  {"hang-up", Charged::perhaps, 6,
   [](Path, std::mt19937& random) {
     return Reply{"", between(0, 1, random) ? Reply::After::close : Reply::After::reset};
   }},
  {"cut anywhere", Charged::perhaps, 8,
   [](Path path, std::mt19937& random) {
     const auto whole = response(200, image_json(path, k_png));
     return cut(whole,
                static_cast<std::size_t>(between(1, static_cast<int>(whole.size()) - 8, random)),
                between(0, 1, random) ? Reply::After::close : Reply::After::reset);
   }},
  {"gateway 50x", Charged::perhaps, 6,
   [](Path, std::mt19937& random) {
     constexpr std::array<int, 5> statuses{502, 504, 524, 520, 408};
     return Reply{response(statuses[static_cast<std::size_t>(between(0, 4, random))],
                           "<html><title>Time-out</title></html>", "text/html")};
   }},
  {"gateway 504 in JSON", Charged::perhaps, 3,
   [](Path, std::mt19937&) { return said(504, error("upstream timeout", "server_error", "")); }},
  {"broken 500", Charged::perhaps, 3,
   [](Path, std::mt19937&) { return Reply{response(500, "Internal Server Error", "text/plain")}; }},
  {"upstream cut 500", Charged::perhaps, 3,
   [](Path, std::mt19937&) {
     return said(500, error("unexpected EOF", "new_api_error", "do_request_failed"));
   }},
  {"nothing 200", Charged::perhaps, 3, [](Path, std::mt19937&) { return said(200, "{}"); }},
  {"empty 200", Charged::perhaps, 3, [](Path, std::mt19937&) { return said(200, ""); }},
  {"empty texts 200", Charged::perhaps, 3,
   [](Path path, std::mt19937&) { return said(200, image_json(path, "")); }},
  {"words 200", Charged::perhaps, 3,
   [](Path, std::mt19937&) {
     return said(200, R"({"choices":[{"message":{"content":"Here is your fox."}}]})");
   }},
  {"half an image", Charged::perhaps, 4,
   [](Path path, std::mt19937&) { return said(200, image_json(path, k_png.substr(0, 56))); }},
  {"no base64", Charged::perhaps, 3,
   [](Path path, std::mt19937&) { return said(200, image_json(path, "not an image at all!")); }},
  {"partial, then an error", Charged::perhaps, 6,
   [](Path path, std::mt19937& random) {
     constexpr std::array<std::string_view, 5> codes{"server_error", "rate_limit_exceeded",
                                                     "insufficient_quota", "model_not_found",
                                                     "unknown_parameter"};
     const auto code = codes[static_cast<std::size_t>(between(0, 4, random))];
     return streamed(partial_event(path) + event("error", error("it broke", "", code, "quality")));
   }},
  {"partial, then the end", Charged::perhaps, 4,
   [](Path path, std::mt19937&) { return streamed(partial_event(path)); }},
  {"partial, then cut", Charged::perhaps, 4,
   [](Path path, std::mt19937&) {
     const auto whole = response(200, partial_event(path) + final_event(path), "text/event-stream");
     return cut(whole, whole.size() - 60, Reply::After::close);
   }},
  {"late 500", Charged::perhaps, 2,
   [](Path, std::mt19937&) {
     auto reply = said(500, error("Sorry about that!", "server_error", ""));
     reply.delay = k_late_error + milliseconds(20);
     return reply;
   }},
  {"silence", Charged::perhaps, 1,
   [](Path, std::mt19937&) {
     return Reply{"", Reply::After::never_ends};
   }},
  {"a start, then silence", Charged::perhaps, 1,
   [](Path path, std::mt19937&) {
     return cut(response(200, image_json(path, k_png)), 120, Reply::After::never_ends);
   }},
  {"garbage", Charged::perhaps, 2,
   [](Path, std::mt19937&) {
     return Reply{"SSH-2.0-server\r\n", Reply::After::close};
   }},
  {"a URL that is gone", Charged::perhaps, 1,
   [](Path path, std::mt19937&) {
     return path == Path::images ? said(200, R"({"data":[{"url":"https://127.0.0.1:1/gone.png"}]})")
                                 : said(200, image_json(path, "https://127.0.0.1:1/gone.png"));
   }},

  // --- Images ---
  {"image", Charged::perhaps, 14,
   [](Path path, std::mt19937&) { return said(200, image_json(path, k_png)); }},
  {"image that is lifted", Charged::perhaps, 8,
   [](Path path, std::mt19937&) { return said(200, image_json(path, large_png())); }},
  {"image in events", Charged::perhaps, 8,
   [](Path path, std::mt19937&) { return streamed(partial_event(path) + final_event(path)); }},
  {"image, then an error", Charged::perhaps, 3,
   [](Path path, std::mt19937&) {
     return streamed(final_event(path) + event("error", error("too late", "server_error", "")));
   }},
  {"image, then the connection closes", Charged::perhaps, 4,
   [](Path path, std::mt19937&) {
     auto reply = said(200, image_json(path, k_png));
     reply.after = Reply::After::close;
     return reply;
   }},
};

// Keeps the record of what may be charged: on a disk that takes no more, now and then; and says so
// at once, at the loop's next turn, or after a while.
class Bookkeeper : public MoneyGate
{
public:
  Loop* loop = nullptr;
  std::mt19937 random;
  int allowed = 0;
  int most_allowed = std::numeric_limits<int>::max();
  std::multiset<AttemptId> open; // that asked and are not settled
  int unasked = 0;               // that were settled without having asked

  void may_spend(const Attempt& attempt, std::function<void(Done)> answer) override
  {
    open.insert(attempt.id);
    const auto say = [this, answer = std::move(answer)] {
      if (allowed == most_allowed) {
        answer(fail(FailureClass::not_saved, "no space left on device"));
        return;
      }
      ++allowed;
      answer({});
    };
    switch (between(0, 3, random)) {
    case 0:
      loop->post(say);
      return;
    case 1:
      later.push_back(loop->after(milliseconds(between(1, 20, random)), say));
      return;
    default:
      say();
    }
  }
  void settled(const Attempt& attempt) override { unasked += open.erase(attempt.id) == 0 ? 1 : 0; }

private:
  std::vector<Timer> later;
};

class Listener : public JobListener
{
public:
  explicit Listener(std::function<void(JobOutcome)> on_end) : m_on_end(std::move(on_end)) {}

  int previews = 0;

  void verifying(const Gateway&) override {}
  void attempt_started(const Attempt&) override {}
  void attempt_ended(const Attempt&) override {}
  void preview(int, int, const ByteSource&) override { ++previews; }
  void image_saved(const SavedImage&) override {}
  void waiting(milliseconds, const std::string&) override {}
  void noticed(const std::string&) override {}
  void finished(JobOutcome outcome) override { m_on_end(std::move(outcome)); }

private:
  std::function<void(JobOutcome)> m_on_end;
};

// One job with its gateways, and what the server did for it.
struct Trial {
  unsigned seed = 0;
  int id = 0;
  int count = 1;
  int partial_images = 0;
  DuplicateCharge duplicate_charge = DuplicateCharge::refused;
  Settings settings;
  EngineOptions options;
  std::vector<Gateway> gateways;
  Bookkeeper bookkeeper;
  std::unique_ptr<Listener> listener;
  std::unique_ptr<Engine> engine;
  std::optional<JobOutcome> outcome;

  std::mutex mutex; // of the rest: the server's threads write it
  std::mt19937 random;
  int maybe_charged = 0;
  int polls = 0;
  int cancels = 0;
  int images_sent = 0;       // whole ones, as final images
  std::vector<bool> charged; // perhaps, one for each request
  std::vector<std::string_view> told;
};

// Whether a gateway of that path may answer so: only the first two have previews and events of
// their own.
bool may_answer(Path path, std::string_view kind)
{
  return path == Path::images || path == Path::responses
         || (kind.find("partial") == std::string_view::npos
             && kind.find("events") == std::string_view::npos && kind != "image, then an error");
}

const Kind& any_kind(std::mt19937& random)
{
  static const auto weights = [] {
    std::vector<double> all;
    for (const auto& kind : k_kinds) {
      all.push_back(kind.weight);
    }
    return all;
  }();
  std::discrete_distribution<std::size_t> choose(weights.begin(), weights.end());
  return k_kinds[choose(random)];
}

Reply listed_models(std::mt19937& random)
{
  switch (between(0, 7, random)) {
  case 0:
    return said(404, error("Invalid URL (GET /v1/models)", "", ""));
  case 1:
    return {response(200, "<!DOCTYPE html>", "text/html")};
  case 2:
    return said(500, error("Sorry about that!", "server_error", ""));
  case 3:
    return {"", Reply::After::close};
  case 4:
    return said(200, R"({"data":[{"id":"another-model"}]})");
  default:
    return said(200, R"({"object":"list","data":[{"id":"gpt-image-2","object":"model"}]})");
  }
}

// How a job that was accepted goes on. True if the image is in the reply, and whole.
std::pair<Reply, bool> asked_for_job(std::mt19937& random)
{
  const auto job = [](std::string_view status, std::string_view more = "") {
    return said(200,
                R"({"id":"1","status":")" + std::string(status) + "\"" + std::string(more) + "}");
  };
  const auto done =
    response(200, image_json(Path::jobs, between(0, 1, random) ? k_png : large_png()));
  switch (between(0, 23, random)) {
  case 0:
    return {job("failed", R"(,"error":{"code":"oom","message":"out of memory"})"), false};
  case 1:
    return {said(404, error("no such job", "", "")), false};
  case 2:
    return {said(410, error("gone", "", "")), false};
  case 3:
    return {said(401, error("Incorrect API key", "", "")), false};
  case 4:
    return {said(402, error("Insufficient Balance", "", "")), false};
  case 5:
    return {said(429, error("slow down", "", ""), "Retry-After-Ms: 1\r\n"), false};
  case 6:
    return {said(503, error("overloaded", "", "server_is_overloaded")), false};
  case 7:
    return {{response(502, "<html>Bad Gateway</html>", "text/html")}, false};
  case 8:
    return {{"", Reply::After::close}, false};
  case 9:
    return {{"", Reply::After::reset}, false};
  case 10:
    return {cut(done,
                static_cast<std::size_t>(between(1, static_cast<int>(done.size()) - 8, random)),
                Reply::After::close),
            false};
  case 11:
    return {said(200, "{}"), false};
  case 12:
    return {job("completed"), false};
  case 13:
    return {job("cancelled"), false};
  case 14:
    return {job("completed", R"(,"result":{"images":[{"b64_json":"no image"}]})"), false};
  case 15:
  case 16:
  case 17:
  case 18:
    return {{done}, true};
  default:
    return {job(between(0, 1, random) ? "queued" : "generating"), false};
  }
}

// A target is "/ID/gN/v1/...".
Reply answer(std::vector<std::unique_ptr<Trial>>& trials, std::string_view method,
             std::string_view target)
{
  int id = -1;
  std::from_chars(target.data() + 1, target.data() + target.size(), id);
  if (id < 0 || id >= static_cast<int>(trials.size())) {
    return said(404, "{}");
  }
  auto& trial = *trials[static_cast<std::size_t>(id)];
  const std::lock_guard lock(trial.mutex);
  if (target.ends_with("/cancel")) {
    ++trial.cancels;
    return said(200, R"({"id":"1","status":"cancelled"})");
  }
  if (target.ends_with("/jobs/1")) {
    ++trial.polls;
    auto [reply, has_image] = asked_for_job(trial.random);
    trial.images_sent += has_image ? 1 : 0;
    return std::move(reply);
  }
  if (method == "GET") {
    return listed_models(trial.random);
  }
  const auto path = target.ends_with("/responses")          ? Path::responses
                    : target.ends_with("/chat/completions") ? Path::chat
                    : target.ends_with("/img_gen")          ? Path::jobs
                                                            : Path::images;
  if (path == Path::jobs && between(0, 2, trial.random) > 0) {
    trial.told.emplace_back("a job");
    trial.charged.push_back(true);
    ++trial.maybe_charged;
    return said(202, R"({"id":"1","kind":"img_gen","status":"queued","poll_url":"/jobs/1"})");
  }
  const auto* chosen = &any_kind(trial.random);
  while (!may_answer(path, chosen->name)) {
    chosen = &any_kind(trial.random);
  }
  const auto& kind = *chosen;
  trial.told.push_back(kind.name);
  trial.charged.push_back(kind.charged == Charged::perhaps);
  trial.maybe_charged += kind.charged == Charged::perhaps ? 1 : 0;
  trial.images_sent += kind.name.starts_with("image") ? 1 : 0;
  return kind.reply(path, trial.random);
}

// The settings that a user could write, as limn.yaml would let through.
void choose_settings(Trial& trial)
{
  auto& random = trial.random;
  trial.count = between(1, 3, random);
  trial.partial_images = std::max(0, between(-2, 2, random));
  trial.settings.timeout = k_timeout;
  trial.settings.late_error = k_late_error;
  trial.settings.wait_budget = milliseconds(600);
  const std::vector<std::vector<std::string>> orders{
    {"openai_images", "responses_api"},
    {"responses_api", "openai_images"},
    {"chat_completions", "openai_images"},
    {"submit_poll", "openai_images"},
    {"chat_completions", "submit_poll", "responses_api"}};
  trial.settings.providers = orders[static_cast<std::size_t>(between(0, 4, random))];
  if (std::ranges::count(trial.settings.providers, "submit_poll") > 0) {
    trial.settings.timeout = k_job_timeout;
  }
  if (between(0, 9, random) == 0) {
    trial.duplicate_charge = DuplicateCharge::allowed;
  }
  trial.options.duplicate_charge = trial.duplicate_charge;
  if (between(0, 19, random) == 0) {
    trial.bookkeeper.most_allowed = between(0, 2, random);
  }
  trial.options.verify = between(0, 2, random) ? VerifyMode::never : VerifyMode::always;
  constexpr std::array steps{NextStep::next_size, NextStep::next_provider, NextStep::next_gateway,
                             NextStep::retry, NextStep::stop};
  for (int i = between(0, 1, random) ? between(1, 6, random) : 0; i > 0; --i) {
    const auto failure_class = static_cast<FailureClass>(between(1, 19, random));
    trial.settings.fallback[failure_class] = steps[static_cast<std::size_t>(between(0, 4, random))];
  }
}

// Thousands of fsyncs prove nothing here and may take minutes on a busy disk.
std::filesystem::path in_memory_if_possible()
{
  const char* memory = "/dev/shm";
  return ::access(memory, W_OK | X_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

int scripts_wanted()
{
  const char* text = std::getenv("LIMN_SCRIPTS");
  return text ? std::atoi(text) : 20'000;
}

unsigned seed_wanted()
{
  const char* text = std::getenv("LIMN_SEED");
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : std::random_device{}();
}

} // namespace

TEST_CASE("whatever gateways answer, no more is charged than images were wanted, unless allowed")
{
  const auto loop = std::move(*epoll_loop()); // both outlive what the engines wait for
  DiskThread disk(*loop);
  const auto seed = seed_wanted();
  const int wanted = scripts_wanted();
  std::mt19937 random(seed);

  std::vector<std::unique_ptr<Trial>> trials;
  for (int i = 0; i < wanted; ++i) {
    auto trial = std::make_unique<Trial>();
    trial->id = i;
    trial->seed = random();
    trial->random.seed(trial->seed);
    choose_settings(*trial);
    trials.push_back(std::move(trial));
  }
  const test::FreshFolder folder(in_memory_if_possible());
  test::ScriptedServer server([&](std::string_view method, std::string_view target) {
    return answer(trials, method, target);
  });

  test::Silence silence;
  const HostServices services(silence, {});
  PluginSearch search;
  search.files = {LIMN_OPENAI_IMAGES, LIMN_RESPONSES_API, LIMN_CHAT_COMPLETIONS, LIMN_SUBMIT_POLL};
  Registry registry(
    search, services.host(),
    {{"submit_poll", {{"protocol", "sdcpp"}, {"poll_shortest", "0.01"}, {"poll_longest", "0.02"}}}},
    silence);
  std::string warning;
  auto learnt = Learnt::load(folder.path() / "learnt.json", warning);
  const auto transport = std::make_unique<Transport>(*loop, TransportOptions(), silence);
  FolderSink sink(folder.path() / "images", {"{slug}-{n}", folder.path() / "recovered"});
  REQUIRE(sink.check_writable());

  constexpr std::size_t k_at_once = 48;
  std::size_t begun = 0;
  std::size_t ended = 0;
  const auto begin_one = [&](auto&& again) -> void {
    if (begun == trials.size()) {
      return;
    }
    auto& trial = *trials[begun++];
    Job job;
    job.prompt = "fox " + std::to_string(trial.id);
    job.size = "2048x1024";
    job.quality = "low";
    job.background = "opaque";
    job.count = trial.count;
    job.partial_images = trial.partial_images;
    std::vector<Gateway> gateways;
    for (int i = between(1, 3, random); i > 0; --i) {
      Gateway gateway;
      gateway.name = "g" + std::to_string(i);
      gateway.base_url =
        server.origin() + "/" + std::to_string(trial.id) + "/" + gateway.name + "/v1";
      gateway.key = Secret("a-key-of-the-test");
      gateway.id = gateway_id(gateway);
      gateways.push_back(std::move(gateway));
    }
    trial.engine = std::make_unique<Engine>(*transport, disk, learnt,
                                            EngineGround{registry, trial.settings, nullptr});
    trial.bookkeeper.loop = loop.get();
    trial.bookkeeper.random.seed(trial.seed);
    trial.listener = std::make_unique<Listener>([&](JobOutcome outcome) {
      trial.outcome = std::move(outcome);
      if (++ended == trials.size()) {
        loop->stop();
      }
      loop->post([&] { again(again); });
    });
    trial.engine->start({std::move(job), gateways, &sink, trial.options, &trial.bookkeeper},
                        *trial.listener);
  };
  for (std::size_t i = 0; i < k_at_once; ++i) {
    begin_one(begin_one);
  }
  loop->run();

  int billable = 0;
  int maybe_charged = 0;
  int delivered = 0;
  int previews = 0;
  int twice_where_allowed = 0;
  int recovered = 0;
  int polls = 0;
  int cancels = 0;
  for (const auto& trial : trials) {
    const std::lock_guard lock(trial->mutex);
    INFO("LIMN_SEED=" << seed << " script " << trial->id);
    std::string told;
    for (const auto& name : trial->told) {
      told += std::string(name) + "; ";
    }
    INFO("answers: " << told);
    billable += static_cast<int>(trial->told.size());
    maybe_charged += trial->maybe_charged;
    polls += trial->polls;
    cancels += trial->cancels;
    delivered += static_cast<int>(trial->outcome->images.size());
    previews += trial->listener->previews;
    CHECK((trial->partial_images > 0 || trial->listener->previews == 0));
    std::vector<bool> reported; // of the attempts that asked for an image
    bool timed_out = false;
    std::vector<bool> was_late; // of `reported`: a busy machine may make a refusal late
    for (const auto& attempt : trial->outcome->attempts) {
      const std::string said = attempt.failure ? attempt.failure->message : "";
      const bool is_out_of_time = said.find(" within ") != std::string::npos;
      timed_out = timed_out || is_out_of_time;
      if (!attempt.provider.empty()) {
        reported.push_back(attempt.may_have_cost);
        was_late.push_back(
          is_out_of_time || said.find("late_error") != std::string::npos
          || (attempt.failure && attempt.failure->failure_class == FailureClass::cancelled));
      }
    }
    if (!timed_out) {
      CHECK(static_cast<int>(trial->outcome->images.size()) == trial->images_sent);
    }
    CHECK(static_cast<int>(trial->told.size()) <= trial->bookkeeper.allowed);
    CHECK(trial->bookkeeper.open.empty()); // all that asked is settled
    CHECK(trial->bookkeeper.unasked == 0);
    // What could have been charged is said to be so.
    const auto costly = [](const std::vector<bool>& flags) {
      return std::count(flags.begin(), flags.end(), true);
    };
    CHECK(costly(reported) >= costly(trial->charged));
    // One for one, unless a request was lost on a connection that had died, or several were under
    // way at once.
    const bool in_turn = trial->count == 1 && reported.size() == trial->charged.size();
    for (std::size_t i = 0; in_turn && i < reported.size(); ++i) {
      CHECK(reported[i] >= trial->charged[i]);
      // What came along without being drawn counts for nothing: others may be asked.
      const bool has_picture_of_another_kind =
        trial->told[i].starts_with("small picture") || trial->told[i].starts_with("page with");
      CHECK((!has_picture_of_another_kind || was_late[i] || !reported[i]));
    }
    if (trial->duplicate_charge == DuplicateCharge::allowed) {
      twice_where_allowed += trial->maybe_charged > trial->count ? 1 : 0;
      continue;
    }
    CHECK(trial->maybe_charged <= trial->count);
  }
  std::error_code ignored;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(folder.path() / "recovered", ignored)) {
    ++recovered;
  }
  std::printf("money: seed %u, %d scripts, %d requests for images, %d that could have been "
              "charged, %d polls, %d cancels, "
              "%d images delivered, %d kept in recovered; more than one charge in %d scripts that "
              "allow it, and in no other\n",
              seed, wanted, billable, maybe_charged, polls, cancels, delivered, recovered,
              twice_where_allowed);
  // The scripts are hard enough to tell a wrong policy from a right one.
  if (wanted >= 1000) {
    CHECK(twice_where_allowed > wanted / 200);
    CHECK(delivered > wanted / 20);
    CHECK(previews > wanted / 200);
    CHECK(polls > wanted / 20);
  }
}

} // namespace limn
