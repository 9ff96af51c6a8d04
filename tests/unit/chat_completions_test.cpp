#include "chat_completions/chat_completions.hpp"
#include "plugin_doubles.hpp"

#include <doctest/doctest.h>

#include <functional>

namespace chat_completions_test {

namespace {

using limn::sdk::Gateway;
using limn::sdk::Job;
using limn::test::draw;
using limn::test::Drawn;
using limn::test::FakeHost;
using limn::test::Pairs;
using limn::test::Script;

constexpr auto k_provider = limn::sdk::provider<limn::chat_completions::ChatCompletions>(
  "chat_completions", "Chat completions", "test");

Job job_of(std::string prompt)
{
  Job job;
  job.prompt = std::move(prompt);
  return job;
}

Gateway gateway_of(Pairs settings = {})
{
  Gateway gateway;
  gateway.base_url = "https://gw.example/v1";
  gateway.model = "nano";
  gateway.settings = std::move(settings);
  return gateway;
}

Script whole(std::string body, uint32_t status = 200)
{
  return {status, "application/json", {{std::move(body), "", LIMN_FORMAT_JSON}}};
}

Script stream(const std::vector<std::string>& messages)
{
  Script script{200, "text/event-stream", {}};
  for (const auto& message : messages) {
    script.messages.push_back(
      {message, "", message == "[DONE]" ? uint32_t{LIMN_FORMAT_TEXT} : uint32_t{LIMN_FORMAT_JSON}});
  }
  return script;
}

// A stream whose words come in these pieces.
Script spoken(const std::vector<std::string>& pieces)
{
  std::vector<std::string> messages;
  for (const auto& piece : pieces) {
    messages.push_back(R"({"object":"chat.completion.chunk","choices":[{"delta":{"content":")"
                       + piece + R"("}}]})");
  }
  messages.emplace_back("[DONE]");
  return stream(messages);
}

Drawn answer(const Script& script)
{
  return draw(k_provider, FakeHost(), job_of("a cat"), gateway_of(), script);
}

std::vector<std::string> contents(const Drawn& drawn)
{
  std::vector<std::string> texts;
  for (const auto& [content, revised_prompt] : drawn.images) {
    texts.push_back(content);
  }
  return texts;
}

std::string message(const std::string& members)
{
  return R"({"choices":[{"index":0,"finish_reason":"stop","message":{"role":"assistant",)" + members
         + "}}]}";
}

} // namespace

TEST_CASE("chat_completions: the request says what gateways differ in as they want it")
{
  struct Case {
    const char* what;
    std::function<void(Job&)> change;
    Pairs gateway_settings, settings;
    std::string tail;
  };
  const std::string head = R"({"model":"nano","messages":[{"role":"user","content":"a cat"}])";
  const Case cases[] = {
    {"nothing but a prompt",
     [](Job&) {},
     {},
     {},
     R"(,"modalities":["image","text"],"stream":false})"},
    {"a size with a ratio",
     [](Job& job) { job.size = "1920x1088"; },
     {},
     {},
     R"(,"modalities":["image","text"],"image_config":{"aspect_ratio":"16:9"},"stream":false})"},
    {"a size without one",
     [](Job& job) { job.size = "3000x1000"; },
     {},
     {},
     R"(,"modalities":["image","text"],"stream":false})"},
    {"auto",
     [](Job& job) { job.size = "auto"; },
     {},
     {},
     R"(,"modalities":["image","text"],"stream":false})"},
    {"settings",
     [](Job& job) { job.size = "1024x1024"; },
     {},
     {{"modalities", "image"}, {"image_config", "none"}, {"stream", "true"}},
     R"(,"modalities":["image"],"stream":true})"},
    {"the gateway's win",
     [](Job&) {},
     {{"modalities", "none"}, {"stream", "no"}},
     {{"modalities", "image"}, {"stream", "yes"}},
     R"(,"stream":false})"},
    {"refused",
     [](Job& job) {
       job.size = "1024x1024";
       job.dropped = {"modalities", "image_config", "stream"};
     },
     {},
     {},
     "}"},
  };
  for (const auto& one : cases) {
    CAPTURE(one.what);
    auto job = job_of("a cat");
    one.change(job);
    const auto drawn = draw(k_provider, FakeHost(), job, gateway_of(one.gateway_settings),
                            whole(message(R"("content":"x")")), one.settings);
    REQUIRE(drawn.request);
    CHECK(drawn.body() == head + one.tail);
    CHECK(drawn.request->path == "/chat/completions");
    CHECK(drawn.request->billable);
  }
}

TEST_CASE("chat_completions: input images are data URLs behind the prompt")
{
  auto job = job_of("a \"cat\"");
  job.inputs = {{LIMN_INPUT_IMAGE, "image/png", "a.png", 3}, {LIMN_INPUT_IMAGE, "x\"y", "b", 3}};
  const auto drawn =
    draw(k_provider, FakeHost(), job, gateway_of({{"modalities", "none"}}), whole("{}"));
  REQUIRE(drawn.request);
  CHECK(
    drawn.body()
    == R"({"model":"nano","messages":[{"role":"user","content":[{"type":"text","text":"a \"cat\""},)"
       R"({"type":"image_url","image_url":{"url":"data:image/png;base64,<input 0>"}},)"
       R"({"type":"image_url","image_url":{"url":"data:image/png;base64,<input 1>"}}]}],"stream":false})");
}

TEST_CASE("chat_completions: an image is found in every known place of a whole answer")
{
  const std::pair<std::string, std::vector<std::string>> cases[] = {
    {message(
       R"("content":null,"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,@limn:1"}}])"),
     {"data:image/png;base64,@limn:1"}},
    {message(R"("content":"","images":["https://a/b.png"])"), {"https://a/b.png"}},
    {message(
       R"x("content":"Here: ![i](data:image/png;base64,@limn:1) and ![j](https://a/b.png \"t\")")x"),
     {"data:image/png;base64,@limn:1", "https://a/b.png"}},
    {message(R"("content":" https://a/b.png\n")"), {"https://a/b.png"}},
    {message(R"("content":"data:image/png;base64,@limn:1")"), {"data:image/png;base64,@limn:1"}},
    {message(R"("content":"@limn:1")"), {"@limn:1"}},
    {message(R"("content":"So: data:image/webp;base64,@limn:1 .")"),
     {"data:image/webp;base64,@limn:1"}},
    {message(R"("content":"<img src=\"data:image/png;base64,@limn:1\">")"),
     {"data:image/png;base64,@limn:1"}},
    {message(
       R"("content":[{"type":"text","text":"x"},{"type":"image_url","image_url":{"url":"https://a/b.png"}}])"),
     {"https://a/b.png"}},
    {message(R"("content":[{"type":"image","source":{"type":"base64","data":"@limn:1"}}])"),
     {"@limn:1"}},
    {message(R"("content":[{"type":"image","data":"@limn:1"}])"), {"@limn:1"}},
    {R"({"candidates":[{"content":{"parts":[{"text":"x"},{"inlineData":{"mimeType":"image/png","data":"@limn:1"}}]}}]})",
     {"@limn:1"}},
    {R"({"candidates":[{"content":{"parts":[{"inline_data":{"data":"@limn:1"}}]}}]})", {"@limn:1"}},
    {R"({"data":[{"b64_json":"","url":"https://a/b.png"}]})", {"https://a/b.png"}},
    {R"({"images":[{"url":"https://a/b.png"}]})", {"https://a/b.png"}},
  };
  for (const auto& row : cases) {
    const auto& body = row.first;
    const auto& expected = row.second;
    CAPTURE(body);
    const auto drawn = answer(whole(body));
    CHECK(contents(drawn) == expected);
    CHECK(drawn.complaint.count == 0);
    CHECK(drawn.finished);
  }
}

TEST_CASE("chat_completions: an image is put together from the pieces of a stream")
{
  const std::pair<std::vector<std::string>, std::vector<std::string>> cases[] = {
    {{"Here ![i](htt", "ps://a/", "b.png", ") there"}, {"https://a/b.png"}},
    {{"https://a", "/b.png"}, {"https://a/b.png"}},
    {{"!", "[i](data:image/png;bas", "e64,AAAA", "BBBB", "CC==)"},
     {"data:image/png;base64,AAAABBBBCC=="}},
    {{"data:image/png;base64,AA", "BB"}, {"data:image/png;base64,AABB"}},
    {{"![i](data:image/png;base64,@limn:1) and ![j](data:image/png;base64,@limn:2)"},
     {"@limn:1", "@limn:2"}},
    {{"![i](data:image/png;base64,", "@limn:1", ") there"}, {"@limn:1"}},
    {{"Here: ", "@limn:7"}, {"@limn:7"}},
    {{"![i](https://a/b.png) ![j](data:image/png;base64,", "@limn:1", ")"},
     {"https://a/b.png", "@limn:1"}},
    {{"![i](https://a/b.png) say @limn: ", "thrice"}, {"https://a/b.png"}},
  };
  for (const auto& row : cases) {
    const auto& pieces = row.first;
    const auto& expected = row.second;
    CAPTURE(pieces.front());
    const auto drawn = answer(spoken(pieces));
    CHECK(contents(drawn) == expected);
    CHECK(drawn.complaint.count == 0);
  }
}

TEST_CASE("chat_completions: a stream may hold its images beside the words")
{
  const auto drawn = answer(stream(
    {R"({"choices":[{"delta":{"role":"assistant","content":""}}]})",
     R"({"choices":[{"delta":{"content":"","images":[{"image_url":{"url":"data:image/png;base64,@limn:1"}}]}}]})",
     R"({"choices":[{"delta":{},"finish_reason":"stop","message":{"images":[{"image_url":{"url":"data:image/png;base64,@limn:2"}}]}}],"usage":{"prompt_tokens":3,"completion_tokens":9,"total_tokens":12,"completion_tokens_details":{"image_tokens":8},"cost":0.04}})",
     "[DONE]"}));
  CHECK(contents(drawn) == std::vector<std::string>{"data:image/png;base64,@limn:1"});
  REQUIRE(drawn.usages.size() == 1);
  CHECK(drawn.usages[0].input_text_tokens == 3);
  CHECK(drawn.usages[0].output_text_tokens == 1);
  CHECK(drawn.usages[0].output_image_tokens == 8);
  CHECK(drawn.note("cost") == "0.04");
}

TEST_CASE("chat_completions: pieces that the host decoded apart are never put together")
{
  const auto drawn =
    answer(spoken({"![i](data:image/png;base64,iVBO", "@limn:1", "@limn:2", "AA)"}));
  CHECK(drawn.images.empty());
  CHECK(drawn.complaint.status == LIMN_BAD_IMAGE);
  CHECK(drawn.complaint.hint.find("stream: false") != std::string::npos);
  // What comes behind it is whole again.
  const auto next = answer(spoken(
    {"![i](data:image/png;base64,iVBO", "@limn:1", "AA) ![j](", "data:image/png;base64,@limn:2)"}));
  CHECK(contents(next) == std::vector<std::string>{"@limn:2"});
}

TEST_CASE("chat_completions: what is no image has its class and its words")
{
  struct Case {
    Script script;
    limn_status status;
    std::string words;
  };
  const Case cases[] = {
    {whole(message(R"("content":"Lots of people are creating images right now")")), LIMN_NO_IMAGE,
     "Lots of people"},
    {whole(message(R"("content":null,"refusal":"I cannot draw that.")")), LIMN_CONTENT,
     "I cannot draw that."},
    {whole(R"({"choices":[{"finish_reason":"content_filter","message":{"content":""}}]})"),
     LIMN_CONTENT, "held the image back"},
    {whole(R"({"candidates":[{"finishReason":"IMAGE_SAFETY"}]})"), LIMN_CONTENT,
     "held the image back"},
    {whole(R"({"promptFeedback":{"blockReason":"OTHER"}})"), LIMN_CONTENT, "held the image back"},
    {whole(R"({"choices":[]})"), LIMN_NO_IMAGE, "holds no image"},
    {whole(R"({"choices":[{"error":{"code":502,"message":"upstream broke"}}]})"), LIMN_SERVER,
     "upstream broke"},
    {whole(R"({"error":{"message":"no credit","code":"billing_hard_limit_reached"}})"),
     LIMN_BILLING, "no credit"},
    {whole(R"({"error":{"message":"bad"}})", 400), LIMN_INVALID_REQUEST, "bad"},
    {spoken({"I would rather ", "talk."}), LIMN_NO_IMAGE, "I would rather talk."},
    {stream({R"({"choices":[{"delta":{"content":"![i](https://a"}}]})",
             R"({"error":{"message":"broke","code":"moderation_blocked"}})"}),
     LIMN_CONTENT, "broke"},
    {stream({R"({"choices":[{"delta":{"content":"Dra"}}]})"}), LIMN_OUTCOME_UNKNOWN,
     "ended before the image"},
    {stream({R"({"choices":[{"delta":{"refusal":"I can"}}]})",
             R"({"choices":[{"delta":{"refusal":"not."},"finish_reason":"stop"}]})"}),
     LIMN_CONTENT, "I cannot."},
  };
  for (const auto& one : cases) {
    CAPTURE(one.words);
    const auto drawn = answer(one.script);
    CHECK(drawn.complaint.status == one.status);
    CHECK(drawn.complaint.message.find(one.words) != std::string::npos);
    CHECK(drawn.complaint.count == 1);
  }
}

TEST_CASE("chat_completions: a wrong setting is refused before anything is asked")
{
  for (const auto& row : Pairs{{"modalities", "video"},
                               {"stream", "maybe"},
                               {"image_config", "16:9"},
                               {"colour", "red"}}) {
    const auto& key = row.first;
    const auto& value = row.second;
    CAPTURE(key);
    const limn::test::Instance instance(k_provider, FakeHost(), {{key, value}});
    CHECK(!instance.get());
    CHECK(instance.complaint.status == LIMN_SETTINGS);
    CHECK(instance.complaint.message.find(key) != std::string::npos);
  }
}

} // namespace chat_completions_test
