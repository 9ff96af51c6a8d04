#include "azure_images/azure_images.hpp"
#include "gemini_native/gemini_native.hpp"
#include "plugin_doubles.hpp"

#include <doctest/doctest.h>

namespace native_providers_test {

namespace {

using limn::sdk::Gateway;
using limn::sdk::Job;
using limn::test::draw;
using limn::test::Drawn;
using limn::test::FakeHost;
using limn::test::Pairs;
using limn::test::Script;

constexpr auto k_azure =
  limn::sdk::provider<limn::azure_images::AzureImages>("azure_images", "Azure", "test");
constexpr auto k_gemini =
  limn::sdk::provider<limn::gemini_native::GeminiNative>("gemini_native", "Gemini", "test");

Job job_of(std::string prompt)
{
  Job job;
  job.prompt = std::move(prompt);
  return job;
}

Gateway gateway_of(std::string base_url, std::string model, Pairs settings = {})
{
  Gateway gateway;
  gateway.name = "work";
  gateway.base_url = std::move(base_url);
  gateway.model = std::move(model);
  gateway.settings = std::move(settings);
  return gateway;
}

Script json(std::string body, uint32_t status = 200)
{
  return {status, "application/json", {{std::move(body), "", LIMN_FORMAT_JSON}}};
}

Drawn azure(const Gateway& gateway, const Job& job = job_of("a cat"))
{
  return draw(k_azure, FakeHost(), job, gateway, json(R"({"data":[{"b64_json":"TOKEN"}]})"));
}

limn::sdk::Terms azure_terms(const std::string& base_url, Pairs settings = {})
{
  const FakeHost host;
  const limn::azure_images::AzureImages provider(limn::sdk::Host(host.host()),
                                                 limn::sdk::Settings());
  return provider.terms(gateway_of(base_url, "", std::move(settings)));
}

Drawn gemini(const Script& script, const Job& job = job_of("a cat"))
{
  return draw(k_gemini, FakeHost(), job,
              gateway_of("https://g.example/v1beta", "gemini-2.5-flash-image"), script);
}

} // namespace

TEST_CASE("azure_images: a deployment and a version are in the path, wherever the base URL ends")
{
  struct Case {
    const char* base_url;
    Pairs settings;
    const char* path;
    const char* models_path;
  };
  const Case cases[] = {
    {"https://r.openai.azure.com",
     {},
     "/openai/deployments/draws/images/generations?api-version=2025-04-01-preview",
     "/openai/models?api-version=2025-04-01-preview"},
    {"https://r.openai.azure.com/openai",
     {{"api_version", "2026-01-01"}},
     "/deployments/draws/images/generations?api-version=2026-01-01",
     "/models?api-version=2026-01-01"},
    {"https://r.openai.azure.com/openai/deployments/other",
     {},
     "/images/generations?api-version=2025-04-01-preview",
     nullptr},
    {"https://r.openai.azure.com/openai/v1", {}, "/images/generations", "/models"},
    {"https://r.openai.azure.com/openai/v1",
     {{"api_version", "preview"}},
     "/images/generations?api-version=preview",
     "/models?api-version=preview"}};
  for (const auto& one : cases) {
    CAPTURE(one.base_url);
    const auto drawn = azure(gateway_of(one.base_url, "draws", one.settings));
    REQUIRE(drawn.images.size() == 1);
    CHECK(drawn.request->path == one.path);
    CHECK(drawn.request->billable);
    CHECK(drawn.body() == R"({"model":"draws","prompt":"a cat"})");
    const auto terms = azure_terms(one.base_url, one.settings);
    CHECK(terms.key_header == "api-key");
    CHECK(terms.key_scheme.empty());
    CHECK(terms.flags == (one.models_path ? LIMN_TERMS_KEY_CHECK : LIMN_TERMS_NO_LIST));
    if (one.models_path) {
      CHECK(terms.models_path == one.models_path);
    }
  }
  auto edit = job_of("a cat");
  edit.inputs.push_back({LIMN_INPUT_IMAGE, "image/png", "a.png", 9, 1, 1});
  CHECK(azure(gateway_of("https://r.openai.azure.com", "draws"), edit).request->path
        == "/openai/deployments/draws/images/edits?api-version=2025-04-01-preview");
}

TEST_CASE("azure_images: no name and no version breaks out of the path")
{
  for (const auto* name : {"a/b", "..", "a?b", "a b", ""}) {
    CAPTURE(name);
    const auto drawn = azure(gateway_of("https://r.openai.azure.com", name));
    CHECK(drawn.complaint.status == LIMN_MODEL);
    CHECK(!drawn.request);
  }
  const auto pasted = azure(
    gateway_of("https://r.openai.azure.com/openai/deployments/draws/images/generations", "draws"));
  CHECK(pasted.complaint.status == LIMN_SETTINGS);
  CHECK(pasted.complaint.message.find("ends with /images/generations") != std::string::npos);
  const auto odd = azure(gateway_of("https://r.example", "draws", {{"api_version", "1&key=x"}}));
  CHECK(odd.complaint.status == LIMN_SETTINGS);
}

TEST_CASE("gemini_native: the request holds exactly what was asked for")
{
  const auto plain = gemini(json("{}"));
  REQUIRE(plain.request);
  CHECK(plain.request->path == "/models/gemini-2.5-flash-image:generateContent");
  CHECK(plain.request->billable);
  CHECK(
    plain.body()
    == R"({"contents":[{"role":"user","parts":[{"text":"a cat"}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"]}})");
  auto job = job_of("a cat");
  job.size = "1536x1024";
  job.quality = "high";
  job.inputs.push_back({LIMN_INPUT_IMAGE, "image/webp", "a.webp", 9, 1, 1});
  CHECK(
    gemini(json("{}"), job).body()
    == R"({"contents":[{"role":"user","parts":[{"text":"a cat"},{"inlineData":{"mimeType":"image/webp","data":"<input 0>"}}]}],"generationConfig":{"responseModalities":["TEXT","IMAGE"],"imageConfig":{"aspectRatio":"3:2"}}})");
  job.inputs.clear();
  job.size = "4096x4096";
  CHECK(
    gemini(json("{}"), job).body().find(R"("imageConfig":{"aspectRatio":"1:1","imageSize":"4K"})")
    != std::string::npos);
  job.dropped = {"size"};
  CHECK(gemini(json("{}"), job).body().find("imageConfig") == std::string::npos);
  const auto bare =
    draw(k_gemini, FakeHost(), job_of("x"), gateway_of("https://g.example", "g-1"), json("{}"));
  REQUIRE(bare.request);
  CHECK(bare.request->path == "/v1beta/models/g-1:generateContent");
  const auto odd =
    draw(k_gemini, FakeHost(), job_of("x"), gateway_of("https://g.example", "a/../b"), json("{}"));
  CHECK(odd.complaint.status == LIMN_MODEL);
}

TEST_CASE("gemini_native: an image, its tokens, and words where there is none")
{
  const auto drawn = gemini(json(
    R"({"candidates":[{"content":{"parts":[{"text":"Here."},{"inlineData":{"mimeType":"image/png","data":"TOKEN"}}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":5,"totalTokenCount":1295,"promptTokensDetails":[{"modality":"TEXT","tokenCount":5}],"candidatesTokensDetails":[{"modality":"IMAGE","tokenCount":1290}]}})"));
  REQUIRE(drawn.images.size() == 1);
  CHECK(drawn.images.front().first == "TOKEN");
  CHECK(drawn.finished);
  REQUIRE(drawn.usages.size() == 1);
  CHECK(drawn.usages.front().input_text_tokens == 5);
  CHECK(drawn.usages.front().output_image_tokens == 1290);
  CHECK(drawn.usages.front().total_tokens == 1295);

  const auto words = gemini(json(
    R"({"candidates":[{"content":{"parts":[{"text":"I can only talk."}]},"finishReason":"STOP"}]})"));
  CHECK(words.complaint.status == LIMN_NO_IMAGE);
  CHECK(words.complaint.message.find("I can only talk.") != std::string::npos);
}

TEST_CASE(
  "gemini_native: what is drawn while it thinks is not delivered, unless it is all that came")
{
  const auto part = [](std::string_view data, bool is_thought) {
    return R"({"inlineData":{"mimeType":"image/png","data":")" + std::string(data) + R"("})"
           + (is_thought ? R"(,"thought":true})" : "}");
  };
  const auto drawn = [](const std::string& parts) {
    return gemini(json(R"({"candidates":[{"content":{"parts":[)" + parts + "]}}]}")).images;
  };
  const auto finished = drawn(part("DRAFT", true) + "," + part("TOKEN", false));
  REQUIRE(finished.size() == 1);
  CHECK(finished.front().first == "TOKEN");
  const auto thoughts = drawn(part("DRAFT", true) + "," + part("TOKEN", true));
  REQUIRE(thoughts.size() == 1);
  CHECK(thoughts.front().first == "TOKEN");
}

TEST_CASE("gemini_native: the key has its header, and models their list")
{
  const limn::gemini_native::GeminiNative provider;
  const auto terms = provider.terms(gateway_of("https://g.example/v1", ""));
  CHECK(terms.key_header == "x-goog-api-key");
  CHECK(terms.models_path == "/models?pageSize=1000");
  CHECK(provider.terms(gateway_of("https://g.example", "")).models_path
        == "/v1beta/models?pageSize=1000");
  CHECK(terms.models_list == "models");
  CHECK(terms.models_id == "name");
  CHECK(terms.flags == 0);
}

} // namespace native_providers_test
