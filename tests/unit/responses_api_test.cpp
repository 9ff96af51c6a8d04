#include "plugin_doubles.hpp"
#include "responses_api/responses_api.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <functional>

namespace responses_api_test {

namespace {

using limn::sdk::Gateway;
using limn::sdk::Job;
using limn::test::draw;
using limn::test::Drawn;
using limn::test::FakeHost;
using limn::test::Message;
using limn::test::Pairs;
using limn::test::Previews;
using limn::test::Script;

constexpr auto k_provider =
  limn::sdk::provider<limn::responses_api::ResponsesApi>("responses_api", "Responses API", "test");

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
  gateway.model = "gpt-image-2";
  gateway.settings = std::move(settings);
  return gateway;
}

Script whole(std::string body, uint32_t status = 200)
{
  return {status, "application/json", {{std::move(body), "", LIMN_FORMAT_JSON}}};
}

// Each message names its type itself, as the official API has it.
Script stream(const std::vector<std::string>& messages)
{
  Script script{200, "text/event-stream", {}};
  for (const auto& message : messages) {
    script.messages.push_back(
      {message, "", message == "[DONE]" ? uint32_t{LIMN_FORMAT_TEXT} : uint32_t{LIMN_FORMAT_JSON}});
  }
  return script;
}

const std::string k_created =
  R"({"type":"response.created","response":{"status":"in_progress","error":null,"output":[]}})";
const std::string k_item_done =
  R"({"type":"response.output_item.done","output_index":0,"item":{"id":"ig_1","type":"image_generation_call",)"
  R"("status":"completed","result":"T1","revised_prompt":"p","size":"1024x1024","quality":"low","output_format":"png"}})";
const std::string k_completed =
  R"({"type":"response.completed","response":{"status":"completed","model":"gpt-5.5","output":[{"id":"ig_1",)"
  R"("type":"image_generation_call","result":"T2"}],"usage":{"input_tokens":5,"output_tokens":7,"total_tokens":12}}})";

Drawn answer(const Script& script)
{
  return draw(k_provider, FakeHost(), job_of("a cat"), gateway_of(), script);
}

Drawn asked(const Job& job, const Gateway& gateway = gateway_of(), const Pairs& settings = {})
{
  return draw(k_provider, FakeHost(), job, gateway, stream({k_item_done}), settings);
}

const std::string k_preface =
  R"({"model":"gpt-5.5","instructions":"Call the image_generation tool once, with what the user asks for, )"
  R"(in the user's own words.","store":false,)";
const std::string k_head =
  k_preface
  + R"("input":[{"role":"user","content":[{"type":"input_text","text":"a cat"}]}],"tools":[)";
const std::string k_choice = R"("tool_choice":{"type":"image_generation"})";

} // namespace

TEST_CASE(
  "responses_api: the request makes a chat model call the image tool with what was asked for")
{
  struct Case {
    const char* what;
    std::function<void(Job&)> change;
    Pairs gateway_settings, settings;
    std::string body;
  };
  const std::string tool = R"({"type":"image_generation","model":"gpt-image-2")";
  const std::string tail = "}]," + k_choice;
  const Case cases[] = {
    {"nothing but a prompt", [](Job&) {}, {}, {}, k_head + tool + tail + R"(,"stream":true})"},
    {"everything",
     [](Job& job) {
       job.size = "2048x1024";
       job.quality = "high";
       job.background = "opaque";
       job.output_format = "webp";
       job.output_compression = 0;
       job.moderation = "low";
       job.partial_images = 0;
     },
     {},
     {},
     k_head + tool
       + R"(,"size":"2048x1024","quality":"high","background":"opaque","output_format":"webp",)"
         R"("output_compression":0,"moderation":"low","partial_images":0)"
       + tail + R"(,"stream":true})"},
    {"refused under its own name or as a member of the tool",
     [](Job& job) {
       job.size = "1024x1024";
       job.quality = "high";
       job.moderation = "low";
       job.dropped = {"tools[0].quality", "moderation"};
     },
     {},
     {},
     k_head + tool + R"(,"size":"1024x1024")" + tail + R"(,"stream":true})"},
    {"partial_images refused: the gateway lost a zero and wants one",
     [](Job& job) { job.dropped = {"partial_images"}; },
     {},
     {},
     k_head + tool + R"(,"partial_images":1)" + tail + R"(,"stream":true})"},
    {"no stream, no partial images",
     [](Job& job) {
       job.partial_images = 2;
       job.dropped = {"stream", "partial_images"};
     },
     {},
     {},
     k_head + tool + tail + "}"},
    {"instructions and store refused",
     [](Job& job) {
       job.dropped = {"instructions", "store"};
     },
     {},
     {},
     R"({"model":"gpt-5.5",)" + k_head.substr(k_preface.size()) + tool + tail
       + R"(,"stream":true})"},
    {"tool_choice refused",
     [](Job& job) { job.dropped = {"tool_choice"}; },
     {},
     {},
     k_head + tool + R"(}],"stream":true})"},
    {"stream turned off by the user",
     [](Job&) {},
     {},
     {{"stream", "false"}},
     k_head + tool + tail + "}"},
    {"the gateway's setting wins",
     [](Job&) {},
     {{"stream", "true"}, {"host_model", "gpt-5.5"}},
     {{"stream", "false"}, {"host_model", "other"}},
     k_head + tool + tail + R"(,"stream":true})"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    auto job = job_of("a cat");
    expected.change(job);
    const auto drawn = asked(job, gateway_of(expected.gateway_settings), expected.settings);
    REQUIRE(drawn.request);
    CHECK(drawn.body() == expected.body);
    CHECK(drawn.request->method == "POST");
    CHECK(drawn.request->path == "/responses");
    CHECK(drawn.request->billable);
    CHECK(!drawn.request->multipart);
    CHECK(drawn.header("Content-Type") == "application/json");
    const bool streams = expected.body.find("\"stream\":true") != std::string::npos;
    CHECK(drawn.header("Accept") == (streams ? "text/event-stream" : "application/json"));
    CHECK(drawn.finished);
  }
}

TEST_CASE("responses_api: the chat model can be chosen for all gateways")
{
  const auto drawn = asked(job_of("a cat"), gateway_of(), {{"host_model", "gpt-6"}});
  CHECK(drawn.body().starts_with(R"({"model":"gpt-6",)"));
}

TEST_CASE("responses_api: any prompt arrives as it was written")
{
  using namespace std::string_literals;
  for (const auto& prompt : {"say \"hi\" \\ / \n\t\x01"s, "\u732b and \U0001F408"s, "a\0b"s, ""s}) {
    CAPTURE(prompt);
    rapidjson::Document body;
    body.Parse(asked(job_of(prompt)).body().c_str());
    REQUIRE(!body.HasParseError());
    const auto& text = body["input"][0]["content"][0]["text"];
    CHECK(std::string(text.GetString(), text.GetStringLength()) == prompt);
  }
}

TEST_CASE("responses_api: input images travel as data URLs that the host fills")
{
  auto job = job_of("a cat");
  job.inputs = {{LIMN_INPUT_IMAGE, "image/jpeg", "a.jpg", 1},
                {LIMN_INPUT_MASK, "image/png", "m.png", 1},
                {LIMN_INPUT_IMAGE, "image/\"x", "b", 1}};
  const auto drawn = asked(job);
  CHECK(drawn.body()
        == k_preface
             + R"("input":[{"role":"user","content":[{"type":"input_text","text":"a cat"},)"
               R"({"type":"input_image","image_url":"data:image/jpeg;base64,<input 0>"},)"
               R"({"type":"input_image","image_url":"data:image/png;base64,<input 2>"}]}],)"
               R"("tools":[{"type":"image_generation","model":"gpt-image-2","action":"edit",)"
               R"("input_image_mask":{"image_url":"data:image/png;base64,<input 1>"}}],)"
             + k_choice + R"(,"stream":true})");
  REQUIRE(drawn.request->parts.size() == 7);
  CHECK(drawn.request->parts[1].kind == LIMN_PART_INPUT_BASE64);

  job.dropped = {"tools[0].action"};
  CHECK(asked(job).body().find("action") == std::string::npos);
}

TEST_CASE("responses_api: what this path cannot do without makes it unsupported when refused")
{
  for (const auto* name :
       {"tools", "tools[0].model", "tools.0.model", "tools[0].input_image_mask"}) {
    CAPTURE(name);
    auto job = job_of("a cat");
    job.dropped = {name};
    const auto drawn = asked(job);
    CHECK(drawn.complaint.status == LIMN_UNSUPPORTED);
    CHECK(!drawn.request);
  }
}

TEST_CASE("responses_api: finds the image once, whatever the gateway makes of the API")
{
  struct Case {
    const char* what;
    Script script;
    Pairs images;
  };
  const auto item = [](const std::string& members) {
    return R"({"type":"response.output_item.done","item":{"type":"image_generation_call",)"
           + members + "}}";
  };
  const auto completed = [](const std::string& output) {
    return R"({"type":"response.completed","response":{"status":"completed","output":[)" + output
           + "]}}";
  };
  const std::string call_done =
    R"({"type":"response.image_generation_call.completed","item_id":"ig_1","output_index":0})";
  const Case cases[] = {
    {"the official order of events",
     stream({k_created, call_done, k_item_done, k_completed}),
     {{"T1", "p"}}},
    {"an empty final output", stream({k_item_done, completed("")}), {{"T1", "p"}}},
    {"only the final output", stream({k_created, k_completed, "[DONE]"}), {{"T2", ""}}},
    {"status generating with a result",
     stream({item(R"("id":"a","status":"generating","result":"T")")}),
     {{"T", ""}}},
    {"no id in the item, an id in the output",
     stream({item(R"("result":"T")"), completed(R"({"id":"x","result":"T"})")}),
     {{"T", ""}}},
    {"an id in the item, none in the output",
     stream({item(R"("id":"x","result":"T")"), completed(R"({"result":"T"})")}),
     {{"T", ""}}},
    {"the same item twice",
     stream({item(R"("id":"x","result":"T")"), item(R"("id":"x","result":"T")")}),
     {{"T", ""}}},
    {"another item in the output",
     stream({item(R"("id":"x","result":"T")"),
             completed(R"({"id":"x","result":"T"},{"id":"y","result":"U"})")}),
     {{"T", ""}, {"U", ""}}},
    {"result in an object", stream({item(R"("id":"x","result":{"b64_json":"T"})")}), {{"T", ""}}},
    {"result under another name",
     stream({item(R"("id":"x","result":{"base64":"T"})")}),
     {{"T", ""}}},
    {"result under image", stream({item(R"("id":"x","result":{"image":"T"})")}), {{"T", ""}}},
    {"result under data", stream({item(R"("id":"x","result":{"data":"T"})")}), {{"T", ""}}},
    {"result in a list", stream({item(R"("id":"x","result":[{"b64_json":"T"}])")}), {{"T", ""}}},
    {"a data URL is handed through",
     stream({item(R"("id":"x","result":"data:image/png;base64,T")")}),
     {{"data:image/png;base64,T", ""}}},
    {"bytes in the call's own event",
     stream(
       {R"({"type":"response.image_generation_call.completed","item_id":"ig_1","result":"T1"})",
        k_completed}),
     {{"T1", ""}}},
    {"keepalives between",
     stream({R"({"type":"keepalive","sequence_number":3})", k_item_done}),
     {{"T1", "p"}}},
    {"one JSON document although a stream was asked for",
     whole(
       R"({"id":"resp","status":"completed","output":[{"type":"reasoning"},{"id":"ig","type":"image_generation_call",)"
       R"("result":"T","revised_prompt":"p"}]})"),
     {{"T", "p"}}},
    {"an image of an incomplete response",
     whole(
       R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[{"result":"T"}]})"),
     {{"T", ""}}},
    {"a failure behind the image",
     stream(
       {k_item_done,
        R"({"type":"response.failed","response":{"status":"failed","error":{"message":"late"}}})"}),
     {{"T1", "p"}}},
    {"an answer of the Images API", whole(R"({"data":[{"b64_json":"T"}]})"), {{"T", ""}}},
    {"the type only in the event's name",
     {200,
      "text/event-stream",
      {{R"({"item":{"id":"a","result":"T"}})", "response.output_item.done", LIMN_FORMAT_JSON}}},
     {{"T", ""}}},
    {"an image as Markdown in a message",
     whole(
       R"json({"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"![x](https://x/i.png)"}]}]})json"),
     {{"https://x/i.png", ""}}},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    const auto drawn = answer(expected.script);
    CHECK(drawn.complaint.message == "");
    CHECK(drawn.images == expected.images);
    CHECK(drawn.finished);
  }
}

TEST_CASE("responses_api: the chat model's tokens are not reported as tokens of the image")
{
  const auto drawn = answer(stream({k_item_done, k_completed}));
  REQUIRE(drawn.usages.size() == 1);
  CHECK(drawn.usages[0].input_text_tokens == 5);
  CHECK(drawn.usages[0].output_text_tokens == 7);
  CHECK(drawn.usages[0].total_tokens == 12);
  CHECK(drawn.usages[0].input_image_tokens == -1);
  CHECK(drawn.usages[0].output_image_tokens == -1);
  CHECK(drawn.note("size") == "1024x1024");
  CHECK(drawn.note("quality") == "low");
  CHECK(drawn.note("output_format") == "png");
  CHECK(drawn.note("host_model") == "gpt-5.5");
}

TEST_CASE("responses_api: a partial image is a preview and never the result")
{
  const std::string partial =
    R"({"type":"response.image_generation_call.partial_image","partial_image_index":0,"partial_image_b64":"P0"})";
  const auto done = answer(stream({partial, k_item_done}));
  CHECK(done.partials == Previews{{"P0", 1}});
  CHECK(done.images.size() == 1);

  const auto cut = answer(stream({k_created, partial}));
  CHECK(cut.partials == Previews{{"P0", 1}});
  CHECK(cut.images.empty());
  CHECK(cut.complaint.status == LIMN_OUTCOME_UNKNOWN);
}

TEST_CASE("responses_api: an answer without an image ends in the class that it deserves")
{
  struct Case {
    const char* what;
    Script script;
    limn_status status;
    std::string message_part;
  };
  const auto message_done = [](const std::string& part) {
    return R"({"type":"response.output_item.done","item":{"type":"message","content":[)" + part
           + "]}}";
  };
  const std::string empty_end =
    R"({"type":"response.completed","response":{"status":"completed","output":[]}})";
  const Case cases[] = {
    {"an error status",
     whole(R"({"error":{"message":"limit","code":"billing_hard_limit_reached"}})", 400),
     LIMN_BILLING, "limit"},
    {"an error status without a body", {502, "text/html", {}}, LIMN_SERVER, "HTTP"},
    {"response.failed",
     stream(
       {k_created,
        R"({"type":"response.failed","response":{"status":"failed","error":{"code":"moderation_blocked","message":"no"}}})"}),
     LIMN_CONTENT, "no"},
    {"a nested error event",
     stream({R"({"type":"error","error":{"code":"x","message":"nested"}})"}), LIMN_SERVER,
     "nested"},
    {"an error in an event without a name or type",
     stream(
       {k_created, R"({"error":{"code":"billing_hard_limit_reached","message":"no credits"}})"}),
     LIMN_BILLING, "no credits"},
    {"an error as a string in such an event", stream({R"({"error":"it broke"})"}), LIMN_SERVER,
     "it broke"},
    {"a flat error event", stream({R"({"type":"error","code":"x","message":"flat"})"}), LIMN_SERVER,
     "flat"},
    {"a failed response as one document",
     whole(R"({"status":"failed","error":{"message":"broken"},"output":[]})"), LIMN_SERVER,
     "broken"},
    {"incomplete for its content",
     stream(
       {R"({"type":"response.incomplete","response":{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}})"}),
     LIMN_CONTENT, "content_filter"},
    {"incomplete for another reason",
     whole(
       R"({"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]})"),
     LIMN_NO_IMAGE, "max_output_tokens"},
    {"words in an item",
     stream({message_done(R"({"type":"output_text","text":"What kind of cat?"})"), empty_end}),
     LIMN_NO_IMAGE, "What kind of cat?"},
    {"words in an item, and no end of the response",
     stream({message_done(R"({"type":"output_text","text":"Hello"})")}), LIMN_NO_IMAGE, "Hello"},
    {"words in deltas",
     stream({R"({"type":"response.output_text.delta","delta":"What "})",
             R"({"type":"response.output_text.delta","delta":"cat?"})", empty_end}),
     LIMN_NO_IMAGE, "What cat?"},
    {"words in deltas that were cut",
     stream({R"({"type":"response.output_text.delta","delta":"Sure, I"})"}), LIMN_OUTCOME_UNKNOWN,
     "ended before the image"},
    {"words in the final output",
     whole(
       R"({"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Words"}]}]})"),
     LIMN_NO_IMAGE, "Words"},
    {"a refusal",
     stream({message_done(R"({"type":"refusal","refusal":"I cannot help with that"})"), empty_end}),
     LIMN_CONTENT, "I cannot help with that"},
    {"a refusal in deltas",
     stream({R"({"type":"response.refusal.delta","delta":"I cannot"})", empty_end}), LIMN_CONTENT,
     "I cannot"},
    {"an end without anything", stream({k_created, empty_end}), LIMN_NO_IMAGE, "holds no image"},
    {"a call without a result",
     whole(
       R"({"status":"completed","output":[{"type":"image_generation_call","status":"completed","result":null}]})"),
     LIMN_NO_IMAGE, "holds no image"},
    {"a stream that was cut", stream({k_created}), LIMN_OUTCOME_UNKNOWN, "ended before the image"},
    {"an empty stream", stream({}), LIMN_OUTCOME_UNKNOWN, "ended before the image"},
    {"JSON that was cut",
     {200, "application/json", {{R"({"output":[)", "", LIMN_FORMAT_TEXT}}},
     LIMN_OUTCOME_UNKNOWN,
     "ended before the image"},
    {"plain text",
     {200, "text/plain", {{"come back later", "", LIMN_FORMAT_TEXT}}},
     LIMN_NO_IMAGE,
     "come back later"},
    {"shapes of the wrong type",
     whole(
       R"({"output":{"result":{"x":1}},"response":[1],"usage":3,"error":null,"status":9,"incomplete_details":""})"),
     LIMN_NO_IMAGE, "holds no image"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    const auto drawn = answer(expected.script);
    CHECK(drawn.images.empty());
    CHECK(drawn.complaint.status == expected.status);
    CHECK(drawn.complaint.count == 1);
    CAPTURE(drawn.complaint.message);
    CHECK(drawn.complaint.message.find(expected.message_part) != std::string::npos);
  }
}

TEST_CASE("responses_api: words are told once although two events hold them")
{
  const std::string message =
    R"({"type":"message","content":[{"type":"output_text","text":"Why?"}]})";
  const auto drawn =
    answer(stream({R"({"type":"response.output_item.done","item":)" + message + "}",
                   R"({"type":"response.completed","response":{"output":[)" + message + "]}}"}));
  CHECK(drawn.complaint.message == "the answer is text instead of an image: Why?");
}

TEST_CASE("responses_api: describes what it can do, and checks its settings")
{
  const FakeHost host;
  const limn::test::Instance instance(k_provider, host);
  limn_capabilities capabilities{sizeof(limn_capabilities), 0, 0};
  static_cast<const limn_provider_v1*>(k_provider.functions)
    ->describe(instance.get(), &capabilities);
  CHECK(capabilities.flags
        == (LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_CAN_MASK | LIMN_CAN_STREAM));
  CHECK(capabilities.max_count == 1);

  CHECK(asked(job_of("x"), gateway_of(), {{"hostmodel", "m"}}).complaint.message
        == "responses_api has no setting 'hostmodel'");
  CHECK(asked(job_of("x"), gateway_of(), {{"stream", "maybe"}}).complaint.status == LIMN_SETTINGS);
  CHECK(asked(job_of("x"), gateway_of({{"stream", "maybe"}})).complaint.status == LIMN_SETTINGS);
}

} // namespace responses_api_test
