#include "sandbox/chat.hpp"

#include "sandbox/event_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <vector>

namespace limn::sandbox {

namespace {

constexpr std::string_view k_words = "Lots of people are creating images right now.";
constexpr std::string_view k_head = R"("id":"chatcmpl-sandbox","created":1777370000)";
constexpr std::string_view k_usage =
  R"("usage":{"prompt_tokens":12,"completion_tokens":1300,"total_tokens":1312,"completion_tokens_details":{"image_tokens":1290},"cost":0.0387})";

std::string url_of(const Rendered& image)
{
  const bool is_bare = image.base64 && !image.base64->starts_with("data:");
  return image.url.empty() ? (is_bare ? "data:image/png;base64," : "") + *image.base64 : image.url;
}

std::string in_quotes(std::string_view text)
{
  return '"' + std::string(text) + '"';
}

std::string image_items(const std::string& url)
{
  return fmt::format(R"([{{"type":"image_url","image_url":{{"url":"{}"}}}}])", url);
}

// What the model says, where that holds the image.
std::string content_of(Chat chat, const std::string& url)
{
  return chat == Chat::bare_url ? url
                                : fmt::format("Here it is:\\n\\n![image]({})\\n\\nEnjoy.", url);
}

// What stands in "message" or "delta", and is whole there.
std::string message_of(Chat chat, const std::string& url)
{
  switch (chat) {
  case Chat::null_content:
    return fmt::format(R"("content":null,"images":{})", image_items(url));
  case Chat::parts:
    return fmt::format(
      R"("content":[{{"type":"text","text":"Here it is:"}},{{"type":"image_url","image_url":{{"url":"{}"}}}}])",
      url);
  case Chat::markdown:
  case Chat::long_pieces:
  case Chat::markdown_url:
  case Chat::bare_url:
    return R"("content":)" + in_quotes(content_of(chat, url));
  case Chat::refusal:
    return R"("content":null,"refusal":"I cannot draw that.")";
  case Chat::filtered:
    return R"("content":"")";
  default:
    return fmt::format(R"("content":"","images":{})", image_items(url));
  }
}

std::string relative_of(Chat chat, const Rendered& image)
{
  const auto base64 = image.base64 ? *image.base64 : std::string();
  switch (chat) {
  case Chat::candidates:
    return fmt::format(
      R"("candidates":[{{"content":{{"role":"model","parts":[{{"text":"Here."}},{{"inlineData":{{"mimeType":"image/png","data":"{}"}}}}]}},"finishReason":"STOP"}}])",
      base64);
  case Chat::data:
    return fmt::format(R"("data":[{{"b64_json":"{}"}}])", base64);
  case Chat::top_images:
    return fmt::format(R"("images":[{{"url":"{}"}}])", url_of(image));
  default:
    return {};
  }
}

// How many characters of the words a streamed piece has; 0: all that is said is whole.
std::size_t piece_size(Chat chat)
{
  switch (chat) {
  case Chat::markdown:
  case Chat::bare_url:
    return 700;
  case Chat::long_pieces:
    return 3001;
  case Chat::markdown_url:
    return 7;
  default:
    return 0;
  }
}

Event chunk(std::string_view choice, std::string_view more = {})
{
  Event event;
  event.line(fmt::format(R"({{{},"object":"chat.completion.chunk","choices":[{}]{}}})", k_head,
                         choice, more));
  return event;
}

Answer whole(Chat chat, const std::string& message, const std::string& relative)
{
  const auto* reason = chat == Chat::filtered ? "content_filter" : "stop";
  const auto choices = fmt::format(
    R"("object":"chat.completion","choices":[{{"index":0,"finish_reason":"{}","message":{{"role":"assistant",{}}}}}])",
    reason, message);
  return answer_with(
    200, "application/json",
    fmt::format("{{{},{},{}}}", k_head, relative.empty() ? choices : relative, k_usage));
}

} // namespace

Answer draw_chat(const Behaviour& behaviour, const Rendered& image, ChatForm form)
{
  const auto chat = behaviour.chat;
  const bool is_words = behaviour.content == Content::words_only;
  const auto url = url_of(image);
  const auto message = is_words ? fmt::format(R"("content":"{}")", k_words) : message_of(chat, url);
  const auto relative = is_words ? std::string() : relative_of(chat, image);
  if (form == ChatForm::whole) {
    return whole(chat, message, relative);
  }
  std::vector<Event> events;
  events.push_back(chunk(R"({"index":0,"delta":{"role":"assistant","content":""}})"));
  const auto size = is_words ? 0 : piece_size(chat);
  if (!relative.empty()) {
    Event event;
    event.line(fmt::format("{{{},{}}}", k_head, relative));
    events.push_back(std::move(event));
  } else if (size == 0) {
    events.push_back(chunk(fmt::format(R"({{"index":0,"delta":{{{}}}}})", message)));
  } else {
    const auto words = content_of(chat, url);
    for (std::size_t at = 0; at < words.size();) {
      auto end = std::min(at + size, words.size());
      end += end < words.size() && words[end - 1] == '\\' ? 1u : 0u; // an escape stays whole
      events.push_back(chunk(
        fmt::format(R"({{"index":0,"delta":{{"content":"{}"}}}})", words.substr(at, end - at))));
      at = end;
    }
  }
  if (behaviour.streaming == Streaming::ends_too_early) {
    events.pop_back();
    return event_stream(events, EventForm::plain, LastWord::none);
  }
  if (behaviour.streaming == Streaming::error_at_end) {
    events.resize(1);
    Event event;
    event.line(R"({"error":{"code":502,"message":"Provider returned error"}})");
    events.push_back(std::move(event));
    return event_stream(events, EventForm::plain, LastWord::done);
  }
  const auto* reason = chat == Chat::filtered ? "content_filter" : "stop";
  events.push_back(chunk(fmt::format(R"({{"index":0,"delta":{{}},"finish_reason":"{}"}})", reason),
                         fmt::format(",{}", k_usage)));
  const auto line_ends = behaviour.streaming == Streaming::crlf  ? EventForm::crlf
                         : behaviour.streaming == Streaming::odd ? EventForm::odd
                                                                 : EventForm::plain;
  return event_stream(events, line_ends, LastWord::done);
}

} // namespace limn::sandbox
