#include "common/image_names.hpp"
#include "openai_images/openai_images.hpp"
#include "plugin_doubles.hpp"

#include <doctest/doctest.h>
#include <rapidjson/document.h>

#include <functional>

namespace openai_images_test {

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
  limn::sdk::provider<limn::openai_images::OpenAiImages>("openai_images", "Images API", "test");

const Script k_good{
  200, "application/json", {{R"({"data":[{"b64_json":"TOKEN"}]})", "", LIMN_FORMAT_JSON}}};

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

Script json(std::string body, uint32_t status = 200)
{
  return {status, "application/json", {{std::move(body), "", LIMN_FORMAT_JSON}}};
}

Script stream(std::vector<Message> messages)
{
  return {200, "text/event-stream", std::move(messages)};
}

Drawn answer(const Script& script)
{
  return draw(k_provider, FakeHost(), job_of("a cat"), gateway_of(), script);
}

} // namespace

TEST_CASE("openai_images: the request holds exactly what was asked for")
{
  struct Case {
    const char* what;
    std::function<void(Job&)> change;
    Pairs settings;
    std::string body;
  };
  const Case cases[] = {
    {"nothing but a prompt", [](Job&) {}, {}, R"({"model":"gpt-image-2","prompt":"a cat"})"},
    {"everything",
     [](Job& job) {
       job.count = 3;
       job.size = "2048x1024";
       job.quality = "high";
       job.background = "opaque";
       job.output_format = "webp";
       job.output_compression = 0;
       job.moderation = "low";
     },
     {},
     R"({"model":"gpt-image-2","prompt":"a cat","n":3,"size":"2048x1024","quality":"high","background":"opaque",)"
     R"("output_format":"webp","output_compression":0,"moderation":"low"})"},
    {"what the gateway refused is left out",
     [](Job& job) {
       job.count = 3;
       job.quality = "high";
       job.output_compression = 50;
       job.partial_images = 1;
       job.dropped = {"n", "quality", "output_compression", "stream", "response_format"};
     },
     {{"response_format", "b64_json"}},
     R"({"model":"gpt-image-2","prompt":"a cat"})"},
    {"response_format only where the gateway's settings say so",
     [](Job&) {},
     {{"response_format", "b64_json"}, {"host_model", "other"}},
     R"({"model":"gpt-image-2","prompt":"a cat","response_format":"b64_json"})"},
    {"partial images need a stream",
     [](Job& job) { job.partial_images = 2; },
     {},
     R"({"model":"gpt-image-2","prompt":"a cat","stream":true,"partial_images":2})"},
    {"several images are not streamed",
     [](Job& job) {
       job.partial_images = 2;
       job.count = 2;
     },
     {},
     R"({"model":"gpt-image-2","prompt":"a cat","n":2})"},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    auto job = job_of("a cat");
    expected.change(job);
    const auto drawn = draw(k_provider, FakeHost(), job, gateway_of(expected.settings), k_good);
    REQUIRE(drawn.request);
    CHECK(drawn.body() == expected.body);
    CHECK(drawn.request->method == "POST");
    CHECK(drawn.request->path == "/images/generations");
    CHECK(drawn.request->billable);
    CHECK(!drawn.request->multipart);
    CHECK(drawn.header("Content-Type") == "application/json");
    const bool streams = expected.body.find("\"stream\"") != std::string::npos;
    CHECK(drawn.header("Accept") == (streams ? "text/event-stream" : "application/json"));
    CHECK(drawn.finished);
  }
}

TEST_CASE("openai_images: any prompt arrives as it was written")
{
  using namespace std::string_literals;
  for (const auto& prompt : {"say \"hi\" \\ / \n\t\x01"s, "\u732b and \U0001F408"s, "a\0b"s, ""s}) {
    CAPTURE(prompt);
    const auto drawn = draw(k_provider, FakeHost(), job_of(prompt), gateway_of(), k_good);
    rapidjson::Document body;
    body.Parse(drawn.body().c_str());
    REQUIRE(!body.HasParseError());
    CHECK(std::string(body["prompt"].GetString(), body["prompt"].GetStringLength()) == prompt);
  }
}

TEST_CASE("openai_images: input images make an edit with file parts")
{
  auto job = job_of("add a hat");
  job.size = "1024x1024";
  job.output_compression = 80;
  job.inputs = {{LIMN_INPUT_IMAGE, "image/jpeg", "cat.jpg", 10}};
  const auto names = [](const Drawn& drawn) {
    std::string text;
    for (const auto& part : drawn.request->parts) {
      text +=
        part.name
        + (part.kind == LIMN_PART_INPUT_BYTES ? "=<" + std::to_string(part.input) + " "
                                                  + part.filename + " " + part.media_type + "> "
                                              : "=" + part.text + " ");
    }
    return text;
  };
  const auto one = draw(k_provider, FakeHost(), job, gateway_of(), k_good);
  REQUIRE(one.request);
  CHECK(one.request->path == "/images/edits");
  CHECK(one.request->multipart);
  CHECK(one.request->billable);
  CHECK(one.header("Content-Type").empty());
  CHECK(names(one)
        == "model=gpt-image-2 prompt=add a hat size=1024x1024 output_compression=80 "
           "image=<0 cat.jpg image/jpeg> ");

  job.inputs = {{LIMN_INPUT_IMAGE, "image/png", "", 10},
                {LIMN_INPUT_MASK, "image/png", "m.png", 10},
                {LIMN_INPUT_IMAGE, "image/webp", "b.webp", 10}};
  job.output_compression.reset();
  job.partial_images = 1;
  CHECK(names(draw(k_provider, FakeHost(), job, gateway_of(), k_good))
        == "model=gpt-image-2 prompt=add a hat size=1024x1024 stream=true partial_images=1 "
           "image[]=<0 image-1.png image/png> mask=<1 m.png image/png> "
           "image[]=<2 b.webp image/webp> ");

  job.inputs = {{LIMN_INPUT_MASK, "image/png", "m.png", 10}};
  CHECK(draw(k_provider, FakeHost(), job, gateway_of(), k_good).complaint.status
        == LIMN_INVALID_REQUEST);
}

TEST_CASE("openai_images: an edit goes out in the first form that the gateway has not refused")
{
  auto job = job_of("add a hat");
  const limn::sdk::Input image{LIMN_INPUT_IMAGE, "image/png", "a.png", 10};
  const auto form = [&] {
    const auto drawn = draw(k_provider, FakeHost(), job, gateway_of(), k_good);
    REQUIRE(drawn.request);
    CHECK(drawn.request->path == "/images/edits");
    std::string names;
    for (const auto& part : drawn.request->parts) {
      names += part.kind == LIMN_PART_INPUT_BYTES ? part.name + " " : "";
    }
    return drawn.request->multipart ? names : drawn.body();
  };
  job.inputs = {image};
  CHECK(form() == "image ");
  job.dropped = {"image"};
  CHECK(form() == "image[] ");
  job.inputs = {image, image};
  CHECK(form() == "image[] image[] ");
  job.dropped = {"image[]"};
  CHECK(form() == "image image ");
  job.inputs.push_back({LIMN_INPUT_MASK, "image/png", "m.png", 10});
  job.dropped = {"image[]", "image"};
  CHECK(
    form()
    == R"({"model":"gpt-image-2","prompt":"add a hat","images":[{"image_url":"data:image/png;base64,<input 0>"},)"
       R"({"image_url":"data:image/png;base64,<input 1>"}],"mask":{"image_url":"data:image/png;base64,<input 2>"}})");
}

TEST_CASE("openai_images: a refusal that found no image asks for another form of the edit")
{
  struct Case {
    uint32_t status;
    std::string body;
    bool is_of_form;
  };
  for (const auto& expected : std::vector<Case>{
         {422, R"({"detail":[{"type":"missing","loc":["body","image"],"msg":"Field required"}]})",
          true},
         {400, R"({"error":{"message":"image is required","type":"new_api_error"}})", true},
         {400, R"({"error":{"message":"Missing required parameter: 'image'."}})", true},
         {400, R"({"message":"No image was uploaded"})", true},
         {400, R"({"error":"http: no such file: image"})", true},
         {400, R"({"error":{"message":"缺少 image 参数"}})", true},
         {415, R"({"error":{"message":"Unsupported Media Type"}})", true},
         {400, R"({"error":{"message":"invalid character '-' in numeric literal"}})", true},
         {400, R"({"error":{"message":"the image has no legs"}})", false},
         {400,
          R"({"error":{"message":"image is required to be harmless","code":"moderation_blocked"}})",
          false},
         {500, R"({"error":{"message":"image is required"}})", false},
         {404, R"({"error":{"message":"no image endpoint is missing"}})", false},
       }) {
    CAPTURE(expected.body);
    auto job = job_of("add a hat");
    const auto param_of = [&] {
      const auto drawn =
        draw(k_provider, FakeHost(), job, gateway_of(), json(expected.body, expected.status));
      return drawn.complaint.status == LIMN_PARAMETER ? drawn.complaint.param : "";
    };
    CHECK(param_of() == ""); // no edit
    job.inputs = {{LIMN_INPUT_IMAGE, "image/png", "a.png", 10}};
    CHECK(param_of() == (expected.is_of_form ? "image" : ""));
    job.inputs.push_back(job.inputs.front());
    CHECK(param_of() == (expected.is_of_form ? "image[]" : ""));
    job.dropped = {"image[]", "image"};
    CHECK(param_of() == ""); // no form is left
  }
}

TEST_CASE("openai_images: images that came are reported before what became of the others")
{
  struct Case {
    const char* what;
    Script script;
    limn_status failed;
  };
  const std::string blocked = R"({"error":{"message":"blocked","code":"moderation_blocked"}})";
  for (const auto& expected : std::vector<Case>{
         {"in one list", json(R"({"data":[{"b64_json":"T1"},)" + blocked + "]}"), LIMN_CONTENT},
         {"the failure first", json(R"({"data":[)" + blocked + R"(,{"b64_json":"T1"}]})"),
          LIMN_CONTENT},
         {"beside the list",
          json(R"({"data":[{"b64_json":"T1"}],"error":{"message":"no GPU for the other"}})"),
          LIMN_SERVER},
         {"in events",
          stream(
            {{R"({"type":"image_generation.partial_failed","image_index":0,"error":{"message":)"
              R"("blocked","code":"moderation_blocked"}})",
              "", LIMN_FORMAT_JSON},
             {R"({"type":"image_generation.partial_succeeded","b64_json":"T1"})", "",
              LIMN_FORMAT_JSON}}),
          LIMN_CONTENT},
         {"in an event behind it",
          stream({{R"({"type":"image_generation.partial_succeeded","b64_json":"T1"})", "",
                   LIMN_FORMAT_JSON},
                  {R"({"type":"error","error":{"message":"no GPU"}})", "", LIMN_FORMAT_JSON}}),
          LIMN_SERVER},
       }) {
    CAPTURE(expected.what);
    auto job = job_of("a cat");
    job.count = 2;
    auto drawn = draw(k_provider, FakeHost(), job, gateway_of(), expected.script);
    CHECK(drawn.images == Pairs{{"T1", ""}});
    CHECK(drawn.complaint.status == expected.failed);
    job.count = 1; // all that was wanted came
    drawn = draw(k_provider, FakeHost(), job, gateway_of(), expected.script);
    CHECK(drawn.images == Pairs{{"T1", ""}});
    CHECK(drawn.complaint.status == LIMN_OK);
  }
}

TEST_CASE("openai_images: finds the image in every form that gateways answer with")
{
  struct Case {
    const char* what;
    Script script;
    Pairs images;
  };
  const Case cases[] = {
    {"a list",
     json(R"({"data":[{"b64_json":"T1"},{"b64_json":"T2","revised_prompt":"p"}]})"),
     {{"T1", ""}, {"T2", "p"}}},
    {"an object", json(R"({"data":{"b64_json":"T1"}})"), {{"T1", ""}}},
    {"empty base64 beside a URL",
     json(R"({"data":[{"b64_json":"","url":"https://x/i.png","revised_prompt":""}]})"),
     {{"https://x/i.png", ""}}},
    {"base64 before a URL",
     json(R"({"data":[{"url":"https://x/i.png","b64_json":"T1"}]})"),
     {{"T1", ""}}},
    {"a null beside a URL",
     json(R"({"data":[{"b64_json":null,"url":"data:image/png;base64,T"}]})"),
     {{"data:image/png;base64,T", ""}}},
    {"images of strings", json(R"({"images":["T1"]})"), {{"T1", ""}}},
    {"images of objects",
     json(R"({"images":[{"url":"https://x/i"},{"b64_json":"T2"}]})"),
     {{"https://x/i", ""}, {"T2", ""}}},
    {"images in an image_url",
     json(R"({"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,T"}}]})"),
     {{"data:image/png;base64,T", ""}}},
    {"an answer of the Responses API", json(R"({"output":[{"result":"T1"}]})"), {{"T1", ""}}},
    {"images of a chat message",
     json(
       R"({"choices":[{"message":{"content":"","images":[{"image_url":{"url":"https://x/i"}}]}}]})"),
     {{"https://x/i", ""}}},
    {"a chat message with an image in Markdown",
     json(R"({"choices":[{"message":{"content":"Done!\n![cat](data:image/png;base64,T) ok"}}]})"),
     {{"data:image/png;base64,T", ""}}},
    {"a chat message that is a URL",
     json(R"({"choices":[{"message":{"content":" https://x/i.png\n"}}]})"),
     {{"https://x/i.png", ""}}},
    {"parts of a chat message",
     json(R"({"choices":[{"message":{"content":[{"type":"text","text":"here"},)"
          R"({"type":"image_url","image_url":{"url":"https://x/i"}}]}}]})"),
     {{"https://x/i", ""}}},
    {"Gemini's form",
     json(R"({"candidates":[{"content":{"parts":[{"text":"x"},{"inlineData":{"data":"T1"}}]}}]})"),
     {{"T1", ""}}},
    {"a stream's last event",
     stream({{R"({"type":"image_generation.completed","b64_json":"T1"})", "", LIMN_FORMAT_JSON},
             {"[DONE]", "", LIMN_FORMAT_TEXT}}),
     {{"T1", ""}}},
    {"an edit's last event, with a URL",
     stream({{R"({"b64_json":"","url":"https://x/i"})", "image_edit.completed", LIMN_FORMAT_JSON}}),
     {{"https://x/i", ""}}},
    {"a result object in a stream",
     stream({{R"({"object":"image.generation.result","data":[{"b64_json":"T1"}]})", "",
              LIMN_FORMAT_JSON}}),
     {{"T1", ""}}},
    {"one JSON document although a stream was announced",
     stream({{R"({"created":1,"data":[{"b64_json":"T1"}]})", "", LIMN_FORMAT_JSON}}),
     {{"T1", ""}}},
    {"a stream although JSON was announced",
     {200,
      "application/json",
      {{R"({"type":"image_generation.completed","b64_json":"T1"})", "", LIMN_FORMAT_JSON}}},
     {{"T1", ""}}},
    {"MiniMax",
     json(R"({"id":"1","data":{"image_urls":["https://x/1","https://x/2"]},)"
          R"("base_resp":{"status_code":0}})"),
     {{"https://x/1", ""}, {"https://x/2", ""}}},
    {"MiniMax in base64", json(R"({"data":{"image_base64":["@limn:1"]}})"), {{"@limn:1", ""}}},
    {"Seedream's events",
     stream(
       {{R"({"type":"image_generation.partial_succeeded","image_index":0,"url":"https://x/1"})", "",
         LIMN_FORMAT_JSON},
        {R"({"type":"image_generation.partial_succeeded","image_index":1,"b64_json":"T2"})", "",
         LIMN_FORMAT_JSON},
        {R"({"type":"image_generation.completed","usage":{"generated_images":2}})", "",
         LIMN_FORMAT_JSON}}),
     {{"https://x/1", ""}, {"T2", ""}}},
    {"an event that tells an address again",
     stream({{R"({"type":"image_generation.partial_succeeded","url":"https://x/1"})", "",
              LIMN_FORMAT_JSON},
             {R"({"type":"image_generation.completed","data":[{"url":"https://x/1"}]})", "",
              LIMN_FORMAT_JSON}}),
     {{"https://x/1", ""}}},
    {"Vertex", json(R"({"predictions":[{"bytesBase64Encoded":"@limn:1"}]})"), {{"@limn:1", ""}}},
    {"Gemini",
     json(R"({"generatedImages":[{"image":{"imageBytes":"@limn:1"}}]})"),
     {{"@limn:1", ""}}},
    {"Stability",
     json(R"({"artifacts":[{"base64":"@limn:1","finishReason":"SUCCESS"}]})"),
     {{"@limn:1", ""}}},
    {"Volcengine",
     json(R"({"data":{"binary_data_base64":["@limn:1"],"image_urls":null}})"),
     {{"@limn:1", ""}}},
    {"DashScope",
     json(R"({"output":{"choices":[{"message":{"content":[{"image":"https://x/1"}]}}]}})"),
     {{"https://x/1", ""}}},
    {"DashScope's results",
     json(R"({"output":{"results":[{"url":"https://x/1"}]}})"),
     {{"https://x/1", ""}}},
    {"Replicate",
     json(R"({"output":["https://x/1"],"urls":{"get":"https://x/job"}})"),
     {{"https://x/1", ""}}},
    {"Replicate's single one", json(R"({"output":"https://x/1"})"), {{"https://x/1", ""}}},
    {"Black Forest Labs",
     json(R"({"status":"Ready","result":{"sample":"https://x/1"}})"),
     {{"https://x/1", ""}}},
    {"Cloudflare", json(R"({"result":{"image":"@limn:1"},"success":true})"), {{"@limn:1", ""}}},
    {"Tencent",
     json(R"({"Response":{"ResultImage":"https://x/1","RequestId":"r"}})"),
     {{"https://x/1", ""}}},
    {"Z.ai",
     json(R"({"task_status":"SUCCESS","image_result":[{"url":"https://x/1"}]})"),
     {{"https://x/1", ""}}},
    {"WaveSpeed", json(R"({"data":{"outputs":["https://x/1"]}})"), {{"https://x/1", ""}}},
    {"an address alone", json(R"({"url":"https://x/1"})"), {{"https://x/1", ""}}},
    {"addresses", json(R"({"urls":["https://x/1"]})"), {{"https://x/1", ""}}},
    {"an image_url in a list",
     json(R"({"data":[{"image_url":"https://x/1"}]})"),
     {{"https://x/1", ""}}},
    {"a member twice, the first of them empty",
     json(R"({"data":[],"data":[{"b64_json":null,"b64_json":"T1"}]})"),
     {{"T1", ""}}},
    {"an error object behind the image does not take it away",
     stream({{R"({"type":"image_generation.completed","b64_json":"T1"})", "", LIMN_FORMAT_JSON},
             {R"({"error":{"message":"late"}})", "error", LIMN_FORMAT_JSON}}),
     {{"T1", ""}}},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    const auto drawn = answer(expected.script);
    CHECK(drawn.complaint.message == "");
    CHECK(drawn.images == expected.images);
    CHECK(drawn.finished);
  }
}

TEST_CASE("openai_images: finds an address under every known name, within every known wrapper")
{
  namespace known = limn::plugins::detail;
  for (const auto name : known::k_image_names) {
    const auto quoted = "\"" + std::string(name) + "\":";
    for (const std::string value :
         {R"("https://x/1")", R"(["https://x/1"])", R"([{"url":"https://x/1"}])"}) {
      const auto object = "{" + quoted + value + "}";
      CAPTURE(object);
      CHECK(answer(json(object)).images == Pairs{{"https://x/1", ""}});
      for (const auto wrapper : known::k_wrapper_names) {
        CAPTURE(std::string(wrapper));
        const auto wrapped = R"({"status":"ok",")" + std::string(wrapper) + "\":" + object + "}";
        CHECK(answer(json(wrapped)).images == Pairs{{"https://x/1", ""}});
      }
    }
  }
}

TEST_CASE("openai_images: a partial image is a preview and never the result")
{
  const Message partial{
    R"({"type":"image_generation.partial_image","b64_json":"P0","partial_image_index":0})",
    "image_generation.partial_image", LIMN_FORMAT_JSON};
  const auto whole = answer(stream(
    {partial, {R"({"type":"image_generation.completed","b64_json":"T1"})", "", LIMN_FORMAT_JSON}}));
  CHECK(whole.partials == Previews{{"P0", 1}});
  CHECK(whole.images == Pairs{{"T1", ""}});

  const auto cut = answer(stream({partial}));
  CHECK(cut.partials == Previews{{"P0", 1}});
  CHECK(cut.images.empty());
  CHECK(cut.complaint.status == LIMN_OUTCOME_UNKNOWN);
}

TEST_CASE("openai_images: usage and echoes are reported as the gateway tells them")
{
  const auto drawn = answer(json(
    R"({"created":1,"background":"opaque","output_format":"png","quality":"low","size":"1024x1024","model":"m",
        "data":[{"b64_json":"T"}],"usage":{"input_tokens":16,"output_tokens":196,"total_tokens":212,
        "input_tokens_details":{"text_tokens":10,"image_tokens":6},
        "output_tokens_details":{"image_tokens":190,"text_tokens":6}}})"));
  REQUIRE(drawn.usages.size() == 1);
  CHECK(drawn.usages[0].struct_size == sizeof(limn_usage));
  CHECK(drawn.usages[0].input_text_tokens == 10);
  CHECK(drawn.usages[0].input_image_tokens == 6);
  CHECK(drawn.usages[0].output_text_tokens == 6);
  CHECK(drawn.usages[0].output_image_tokens == 190);
  CHECK(drawn.usages[0].total_tokens == 212);
  CHECK(drawn.note("quality") == "low");
  CHECK(drawn.note("size") == "1024x1024");
  CHECK(drawn.note("output_format") == "png");
  CHECK(drawn.note("model") == "m");

  const auto terse = answer(json(
    R"({"data":[{"b64_json":"T"}],"usage":{"input_tokens":16,"output_tokens":196,"total_tokens":"x"}})"));
  REQUIRE(terse.usages.size() == 1);
  CHECK(terse.usages[0].input_text_tokens == 16);
  CHECK(terse.usages[0].input_image_tokens == -1);
  CHECK(terse.usages[0].output_image_tokens == 196);
  CHECK(terse.usages[0].total_tokens == -1);
}

TEST_CASE("openai_images: an answer without an image ends in the class that it deserves")
{
  struct Case {
    const char* what;
    Script script;
    limn_status status;
    std::string message_part;
  };
  const Case cases[] = {
    {"an error status goes to the classifier",
     json(
       R"({"error":{"message":"Billing hard limit has been reached.","code":"billing_hard_limit_reached"}})",
       400),
     LIMN_BILLING, "Billing hard limit"},
    {"so does an error in a success",
     json(R"({"error":{"message":"no","code":"moderation_blocked"}})"), LIMN_CONTENT, "no"},
    {"and a web page",
     {200, "text/html", {{"<html>", "", LIMN_FORMAT_TEXT}}},
     LIMN_ENDPOINT,
     "web page"},
    {"and an error status without a body", {502, "text/plain", {}}, LIMN_SERVER, "HTTP"},
    {"an error event",
     stream(
       {{R"({"type":"error","error":{"message":"Image generation failed","code":"image_generation_failed"}})",
         "error", LIMN_FORMAT_JSON}}),
     LIMN_SERVER, "Image generation failed"},
    {"an error in a stream, in an event without a name",
     stream({{R"({"error":{"code":"billing_hard_limit_reached","message":"no credits"}})", "",
              LIMN_FORMAT_JSON}}),
     LIMN_BILLING, "no credits"},
    {"an error as a string, in an event without a name",
     stream({{R"({"error":"it broke"})", "", LIMN_FORMAT_JSON}}), LIMN_SERVER, "it broke"},
    {"a flat error event that the classifier does not know",
     stream({{R"({"type":"error","code":"x","message":"flat"})", "", LIMN_FORMAT_JSON}}),
     LIMN_SERVER, "flat"},
    {"a success without an image", json(R"({"created":1,"data":[]})"), LIMN_NO_IMAGE,
     "holds no image"},
    {"an empty success", {200, "application/json", {}}, LIMN_NO_IMAGE, "holds no image"},
    {"empty strings", json(R"({"data":[{"b64_json":"","url":""}]})"), LIMN_NO_IMAGE,
     "holds no image"},
    {"words of a chat model",
     json(R"({"choices":[{"message":{"content":"Too many people are drawing"}}]})"), LIMN_NO_IMAGE,
     "Too many people are drawing"},
    {"words in a text field", json(R"({"output_text":"please wait"})"), LIMN_NO_IMAGE,
     "please wait"},
    {"plain text",
     {200, "text/plain", {{"come back later", "", LIMN_FORMAT_TEXT}}},
     LIMN_NO_IMAGE,
     "come back later"},
    {"a refusal in words",
     json(R"({"choices":[{"message":{"content":null,"refusal":"I cannot draw that"}}]})"),
     LIMN_CONTENT, "I cannot draw that"},
    {"JSON that was cut",
     {200, "application/json", {{R"({"data":[{"b64)", "", LIMN_FORMAT_TEXT}}},
     LIMN_OUTCOME_UNKNOWN,
     "ended before the image"},
    {"an empty stream", stream({}), LIMN_OUTCOME_UNKNOWN, "ended before the image"},
    {"a stream of pings",
     stream({{"ping", "ping", LIMN_FORMAT_TEXT}, {"[DONE]", "", LIMN_FORMAT_TEXT}}),
     LIMN_OUTCOME_UNKNOWN, "ended before the image"},
    {"JSON of no known shape", json("[1,2]"), LIMN_NO_IMAGE, "holds no image"},
    {"shapes of the wrong type",
     json(R"({"data":3,"images":true,"output":{"result":7},"choices":"x","usage":[]})"),
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

TEST_CASE("openai_images: long words are shortened between characters")
{
  std::string words = "a";
  for (int i = 0; i < 400; ++i) {
    words += "\u732b";
  }
  const auto drawn = answer(json(R"({"output_text":")" + words + "\"}"));
  const auto begin = drawn.complaint.message.find('a', drawn.complaint.message.find(": "));
  const auto shown = drawn.complaint.message.substr(begin);
  CHECK(shown.size() <= 500);
  CHECK(shown.size() > 490);
  CHECK(shown.ends_with("\u732b\u2026"));
}

TEST_CASE("openai_images: errors are told apart by status when the host has no classifier")
{
  FakeHost host;
  host.offers_services = false;
  const auto status_of = [&](const Script& script) {
    return draw(k_provider, host, job_of("a cat"), gateway_of(), script).complaint.status;
  };
  CHECK(status_of(json("{}", 401)) == LIMN_AUTH);
  CHECK(status_of(json("{}", 429)) == LIMN_RATE_LIMITED);
  CHECK(status_of(json(R"({"error":{"message":"x"}})")) == LIMN_SERVER);
  CHECK(status_of(json(R"({"error":"x"})")) == LIMN_SERVER);
  CHECK(status_of(json("{}", 302)) == LIMN_SERVER);
  CHECK(status_of(k_good) == LIMN_OK);
}

TEST_CASE("openai_images: describes what it can do, and takes no settings of its own")
{
  const FakeHost host;
  const limn::test::Instance instance(k_provider, host);
  limn_capabilities capabilities{sizeof(limn_capabilities), 0, 0};
  static_cast<const limn_provider_v1*>(k_provider.functions)
    ->describe(instance.get(), &capabilities);
  CHECK(capabilities.flags
        == (LIMN_CAN_GENERATE | LIMN_CAN_EDIT | LIMN_CAN_MASK | LIMN_CAN_STREAM));
  CHECK(capabilities.max_count == 10);

  const auto drawn = draw(k_provider, host, job_of("x"), gateway_of(), k_good, {{"streem", "1"}});
  CHECK(drawn.complaint.status == LIMN_SETTINGS);
  CHECK(drawn.complaint.message == "openai_images has no setting 'streem'");
}

} // namespace openai_images_test
