#include "plugin_doubles.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

namespace sdk_test {

namespace {

namespace sdk = limn::sdk;
using limn::test::draw;
using limn::test::Drawn;
using limn::test::FakeHost;
using limn::test::Instance;
using limn::test::Message;
using limn::test::Previews;
using limn::test::Script;

// A provider of a made-up protocol, one word in front of what it means: "image:TOKEN".
class Words
{
public:
  sdk::Request build(const sdk::Job& job, const sdk::Gateway&)
  {
    return sdk::Request::json("/draw", job.prompt);
  }

  sdk::Answer read(const sdk::Message& message)
  {
    sdk::Answer answer;
    const auto content = message.content();
    const auto colon = content.find(':');
    const auto kind = content.substr(0, colon);
    const std::string value(colon == content.npos ? "" : content.substr(colon + 1));
    if (kind == "throw") {
      throw std::runtime_error("cannot read this");
    }
    if (kind == "image") {
      answer.images.push_back({value, std::string(message.header("X-Revised"))});
    }
    if (kind == "partial") {
      answer.partials.push_back(value);
    }
    if (kind == "third partial") {
      answer.partials.push_back({value, 2});
    }
    if (kind == "words") {
      answer.words = value;
    }
    if (kind == "refusal") {
      answer.refusal = value;
    }
    if (kind == "usage") {
      answer.usage = sdk::Usage{.total_tokens = 7};
      answer.notes.emplace_back("event", message.event_name());
    }
    return answer;
  }
};

constexpr auto k_provider = sdk::provider<Words>("words", "Words", "test");

Drawn answer(const Script& script)
{
  sdk::Job job;
  job.prompt = "a cat";
  return draw(k_provider, FakeHost(), job, sdk::Gateway(), script);
}

// What the provider reads as one JSON message each, though the double does not parse it.
Script stream(std::vector<std::string> contents)
{
  Script script{200, "text/event-stream; charset=utf-8", {}};
  for (auto& content : contents) {
    script.messages.push_back({std::move(content), "", LIMN_FORMAT_JSON});
  }
  return script;
}

Script document(std::string content, uint32_t status = 200)
{
  return {status, "application/json", {{std::move(content), "", LIMN_FORMAT_JSON}}};
}

constexpr const char* k_error =
  R"({"error":{"message":"no credit","code":"billing_hard_limit_reached"}})";

} // namespace

TEST_CASE("one request: it is sent once, as one that may cost money")
{
  const auto drawn = answer(document("image:TOKEN"));
  REQUIRE(drawn.request);
  CHECK(drawn.request->billable);
  CHECK(drawn.request->path == "/draw");
  CHECK(drawn.body() == "a cat");
  CHECK(drawn.finished);
  CHECK(drawn.complaint.status == LIMN_OK);
  REQUIRE(drawn.images.size() == 1);
  CHECK(drawn.images[0].first == "TOKEN");
}

TEST_CASE("one request: what every message holds is reported")
{
  auto script = stream({"partial:P", "third partial:Q", "image:TOKEN"});
  script.messages.push_back({"usage:", "done", LIMN_FORMAT_JSON});
  const auto drawn = answer(script);
  CHECK(drawn.partials == Previews{{"P", 0}, {"Q", 3}});
  CHECK(drawn.images.size() == 1);
  REQUIRE(drawn.usages.size() == 1);
  CHECK(drawn.usages[0].total_tokens == 7);
  CHECK(drawn.usages[0].input_text_tokens == -1);
  CHECK(drawn.note("event") == "done");
}

TEST_CASE("one request: an answer without an image says why")
{
  struct Case {
    const char* what;
    Script script;
    limn_status status;
    const char* message;
  };
  const Case cases[] = {
    {"an error is the classifier's", document(k_error, 402), LIMN_BILLING, "no credit"},
    {"an error within a success", document(k_error), LIMN_BILLING, "no credit"},
    {"an error in a stream", stream({"partial:P", k_error}), LIMN_BILLING, "no credit"},
    {"an error without a message", {503, "text/plain", {}}, LIMN_SERVER, "HTTP error"},
    {"words", document("words:I cannot draw"), LIMN_NO_IMAGE,
     "the answer is text instead of an image: I cannot draw"},
    {"words in pieces", stream({"words:I can", "words:not"}), LIMN_NO_IMAGE,
     "the answer is text instead of an image: I cannot"},
    {"prose that read made nothing of",
     {200, "text/plain", {{"Come back tomorrow", "", LIMN_FORMAT_TEXT}}},
     LIMN_NO_IMAGE,
     "the answer is text instead of an image: Come back tomorrow"},
    {"a refusal", document("refusal:not that"), LIMN_CONTENT, "the model declined: not that"},
    {"nothing", document("{}"), LIMN_NO_IMAGE, "the answer is a success, but holds no image"},
    {"a stream that stops", stream({"partial:P"}), LIMN_OUTCOME_UNKNOWN,
     "the answer ended before the image came"},
    {"a stream without an event", stream({}), LIMN_OUTCOME_UNKNOWN,
     "the answer ended before the image came"},
    {"a stream that says that it is over", stream({"partial:P", "[DONE]"}), LIMN_NO_IMAGE,
     "the answer is a success, but holds no image"},
    {"a document that is cut",
     {200, "application/json", {{R"({"data":[{"b64)", "", LIMN_FORMAT_TEXT}}},
     LIMN_OUTCOME_UNKNOWN,
     "the answer ended before the image came"},
    {"what read throws", document("throw:"), LIMN_INTERNAL, "cannot read this"},
  };
  for (const auto& row : cases) {
    CAPTURE(row.what);
    const auto drawn = answer(row.script);
    CHECK(drawn.images.empty());
    CHECK(drawn.complaint.status == row.status);
    CHECK(drawn.complaint.message == row.message);
    CHECK(drawn.complaint.count == 1);
  }
}

TEST_CASE("one request: an image that came is never lost")
{
  for (const char* later : {k_error, "throw:", "refusal:no", "words:done", "{}"}) {
    CAPTURE(later);
    const auto drawn = answer(stream({"image:TOKEN", later}));
    CHECK(drawn.images.size() == 1);
    CHECK(drawn.complaint.status == LIMN_OK);
  }
  // Image and error in the same message.
  const auto drawn = answer(document(std::string("image:") + k_error));
  CHECK(drawn.images.size() == 1);
  CHECK(drawn.complaint.status == LIMN_OK);
}

TEST_CASE("one request: an error's body is never read as an answer")
{
  const auto drawn = answer(document("image:TOKEN", 500));
  CHECK(drawn.images.empty());
  CHECK(drawn.complaint.status == LIMN_SERVER);
}

TEST_CASE("one request: a provider need not describe itself")
{
  const FakeHost host;
  const Instance instance(k_provider, host);
  limn_capabilities told{sizeof(limn_capabilities), 0, 0};
  static_cast<const limn_provider_v1*>(k_provider.functions)->describe(instance.get(), &told);
  CHECK(told.flags == LIMN_CAN_GENERATE);
  CHECK(told.max_count == 1);
}

TEST_CASE("a component that takes no settings refuses them")
{
  const Instance instance(k_provider, FakeHost(), {{"modle", "x"}});
  CHECK(instance.get() == nullptr);
  CHECK(instance.complaint.status == LIMN_SETTINGS);
  CHECK(instance.complaint.message == "there is no setting 'modle'");
}

TEST_CASE("a host without services, or with less of them, is survived")
{
  const limn_event event{
    sizeof(limn_event), LIMN_EVENT_MESSAGE, 429, LIMN_FORMAT_TEXT, nullptr, 0, {}, {}};
  const auto is_survived = [&](const limn_host* given) {
    const sdk::Host host(given);
    host.log(LIMN_LOG_INFO, "dropped");
    CHECK_FALSE(host.env("HOME"));
    CHECK_FALSE(host.read_file("/etc/hostname", 100));
    const auto failure = host.failure_in(event);
    REQUIRE(failure);
    CHECK(failure->status == LIMN_RATE_LIMITED);
    CHECK_THROWS_AS(host.throw_if_failure(event), sdk::Failure);
  };
  const auto none = [](const limn_host*, limn_str) -> const void* { return nullptr; };
  // A struct that ends before its function: what lies behind it must not be called.
  struct Cut {
    uint32_t struct_size, reserved;
    void* context;
    void (*beyond)();
  };
  static constexpr Cut cut_short{offsetof(Cut, beyond), 0, nullptr, nullptr};
  static constexpr Cut without_function{sizeof(Cut), 0, nullptr, nullptr};
  const auto all_cut = [](const limn_host*, limn_str) -> const void* { return &cut_short; };
  const auto all_null = [](const limn_host*, limn_str) -> const void* { return &without_function; };

  is_survived(nullptr);
  const limn_host hosts[] = {
    {sizeof(limn_host), 0, {}, nullptr, none},
    {sizeof(limn_host), 0, {}, nullptr, nullptr},
    {offsetof(limn_host, get_service), 0, {}, nullptr, none},
    {sizeof(limn_host), 0, {}, nullptr, all_cut},
    {sizeof(limn_host), 0, {}, nullptr, all_null},
  };
  for (const auto& host : hosts) {
    is_survived(&host);
  }
}

} // namespace sdk_test
