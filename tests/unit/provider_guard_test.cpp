#include "plugin/guard.hpp"
#include "plugin/provider.hpp"
#include "plugin/registry.hpp"
#include "plugin_support.hpp"

#include <limn/sdk.hpp>

#include <doctest/doctest.h>

#include <functional>
#include <limits>
#include <stdexcept>
#include <thread>

using namespace limn;
using namespace limn::test;
using sdk::to_abi;

namespace {

// A provider inside of this program: each test says what its functions do.
struct Script {
  std::function<limn_status(const limn_job&, const limn_gateway&, void**, const limn_error_sink*)>
    open = [this](const limn_job&, const limn_gateway&, void** dialogue, const limn_error_sink*) {
      *dialogue = this;
      return LIMN_OK;
    };
  std::function<limn_status(const limn_step_sink*, const limn_error_sink*)> next =
    [](const limn_step_sink* step, const limn_error_sink*) {
      step->finish(step->context);
      return LIMN_OK;
    };
  std::function<limn_status(const limn_event&, const limn_result_sink*, const limn_error_sink*)>
    receive =
      [](const limn_event&, const limn_result_sink*, const limn_error_sink*) { return LIMN_OK; };
  std::function<limn_status(const limn_step_sink*, const limn_error_sink*)> cancel =
    [](const limn_step_sink* step, const limn_error_sink*) {
      step->finish(step->context);
      return LIMN_OK;
    };
  limn_capabilities capabilities{0, 1, LIMN_CAN_GENERATE};
  int calls = 0;
  int closed = 0;
  int destroyed = 0;
};

Script& script(void* instance)
{
  return *static_cast<Script*>(instance);
}

const limn_provider_v1 k_functions{
  sizeof(limn_provider_v1),
  0,
  [](void* instance, limn_capabilities* capabilities) {
    capabilities->flags = script(instance).capabilities.flags;
    capabilities->max_count = script(instance).capabilities.max_count;
  },
  [](void* instance, const limn_job* job, const limn_gateway* gateway, void** dialogue,
     const limn_error_sink* errors) {
    return script(instance).open(*job, *gateway, dialogue, errors);
  },
  [](void* dialogue, const limn_step_sink* step, const limn_error_sink* errors) {
    ++script(dialogue).calls;
    return script(dialogue).next(step, errors);
  },
  [](void* dialogue, const limn_event* event, const limn_result_sink* results,
     const limn_error_sink* errors) {
    ++script(dialogue).calls;
    return script(dialogue).receive(*event, results, errors);
  },
  [](void* dialogue) { ++script(dialogue).closed; },
  [](void* dialogue, const limn_step_sink* step, const limn_error_sink* errors) {
    return script(dialogue).cancel(step, errors);
  }};

const limn_component k_component{sizeof(limn_component),
                                 0,
                                 LIMN_STR(LIMN_KIND_PROVIDER),
                                 LIMN_STR("acme"),
                                 LIMN_STR("Acme"),
                                 LIMN_STR(""),
                                 nullptr,
                                 [](void* instance) { ++script(instance).destroyed; },
                                 &k_functions};

const std::string k_broke = "provider acme (/acme.so) broke ";

Job a_job()
{
  Job job;
  job.prompt = "a teapot";
  job.size = "1024x1024";
  return job;
}

GatewayView a_gateway()
{
  return {"work", "https://gw.example/v1", "gpt-image-2", nullptr};
}

// A script with its provider and one open dialogue.
struct Stage {
  Script script;
  Provider provider{&k_component, &script, "provider acme (/acme.so)"};
  Dialogue dialogue = provider.open(a_job(), a_gateway(), {}).value();
};

std::string failure_of_next(Stage& stage)
{
  const auto step = stage.dialogue.next();
  if (step) {
    return "no failure";
  }
  CHECK(step.error().failure_class == FailureClass::internal);
  return step.error().message;
}

void report(const limn_error_sink* errors, limn_status status, std::string_view message)
{
  const limn_error error{sizeof(limn_error), status, to_abi(message), {}, {}, {}, -1};
  errors->report(errors->context, &error);
}

limn_request a_request()
{
  return {sizeof(limn_request),
          0,
          LIMN_STR("POST"),
          LIMN_STR("/images/generations"),
          nullptr,
          0,
          LIMN_BODY_CONCATENATED,
          0,
          nullptr,
          0};
}

struct Results : ResultReceiver {
  std::string text;
  bool throws = false;

  void image(std::string_view content, std::string_view revised_prompt) override
  {
    if (throws) {
      throw std::runtime_error("full");
    }
    text += "image " + std::string(content) + " " + std::string(revised_prompt) + "\n";
  }
  void partial(std::string_view content, std::optional<int> index) override
  {
    text += "partial " + std::to_string(index.value_or(-1)) + " " + std::string(content) + "\n";
  }
  void usage(const Usage& usage) override
  {
    text += "usage " + std::to_string(usage.input_text_tokens) + " "
            + std::to_string(usage.total_tokens) + "\n";
  }
  void note(std::string_view key, std::string_view value) override
  {
    text += "note " + std::string(key) + "=" + std::string(value) + "\n";
  }
};

} // namespace

TEST_CASE("A call that holds everything up is told once, with the plugin and the function")
{
  RecordingLog log;
  Script script;
  Provider provider(&k_component, &script, "provider acme (/acme.so)", &log);
  auto dialogue = provider.open(a_job(), a_gateway(), {}).value();
  REQUIRE(dialogue.next());
  CHECK(log.lines.empty());
  script.next = [](const limn_step_sink* step, const limn_error_sink*) {
    std::this_thread::sleep_for(k_longest_call); // what a plugin must not do
    step->finish(step->context);
    return LIMN_OK;
  };
  REQUIRE(dialogue.next());
  const auto told = log.text(LogLevel::warning);
  CHECK(told.find("provider acme (/acme.so) held everything else up: its next took") == 0);
  REQUIRE(dialogue.next());
  CHECK(log.text(LogLevel::warning) == told);
}

TEST_CASE("what breaks the contract in a plugin ends in one line that names it, and the component "
          "is failed")
{
  const std::pair<std::string, std::string> cases[] = {
    {"status_without_report", "broke rule 6 of the plugin contract: next returned status 3 (auth) "
                              "without reporting an error"},
    {"ok_with_report",
     "broke rule 6 of the plugin contract: next reported an error (\"no paper left\") "
     "and returned LIMN_OK"},
    {"two_reports", "broke rule 6 of the plugin contract: next reported 2 errors instead of one"},
    {"other_report", "broke rule 6 of the plugin contract: next returned status 2 (billing) and "
                     "reported 3 (auth)"},
    {"message_without_data",
     "broke rule 9 of the plugin contract: next gave an error's message with a "
     "size but without data"},
    {"says_nothing",
     "broke the plugin contract: next said nothing instead of one of send, wait and "
     "finish"},
    {"says_two_things",
     "broke the plugin contract: next said several things instead of one of send, "
     "wait and finish"},
    {"throws_in_next",
     "broke rule 7 of the plugin contract: next threw an exception of unknown type"},
    {"null_image",
     "broke rule 9 of the plugin contract: receive gave an image with a size but without "
     "data"},
    {"throws_in_create",
     "broke rule 7 of the plugin contract: create threw an exception: the brush is "
     "broken"},
    {"throws_in_describe",
     "broke rule 7 of the plugin contract: describe threw an exception: the brush "
     "is broken"},
  };
  const ScratchFolder folder;
  for (const auto& one : cases) {
    const auto& name = one.first;
    const auto& breach = one.second;
    CAPTURE(name);
    const auto file = install_broken(folder, name);
    RecordingLog log;
    const limn_host host{};
    Registry registry({{file}, {}}, &host, {}, log);
    REQUIRE(registry.components().size() == 1);
    CHECK(registry.components().front().state == ComponentRecord::State::ready);

    // As far as it goes.
    Results results;
    const auto failure = [&]() -> std::optional<Failure> {
      auto provider = registry.provider(name);
      if (!provider) {
        return provider.error();
      }
      (*provider)->capabilities();
      auto dialogue = (*provider)->open(a_job(), a_gateway(), {});
      if (!dialogue) {
        return dialogue.error();
      }
      if (const auto step = dialogue->next(); !step) {
        return step.error();
      }
      const auto done = dialogue->receive({}, results);
      return done ? std::nullopt : std::optional<Failure>(done.error());
    }();

    REQUIRE(failure);
    CHECK(failure->failure_class == FailureClass::internal);
    CHECK(failure->message
          == "provider " + std::string(name) + " (" + file.string() + ") " + breach);
    CHECK(results.text == "");
    CHECK(registry.components().front().state == ComponentRecord::State::failed);
    CHECK(registry.components().front().reason.starts_with(breach));
    const auto again = registry.provider(name);
    REQUIRE(!again);
    CHECK(again.error().failure_class == FailureClass::internal);
    CHECK(again.error().message.find(breach) != std::string::npos);
  }
}

TEST_CASE("a status that is not in the contract is internal, with its number, and no breach")
{
  const ScratchFolder folder;
  RecordingLog log;
  const limn_host host{};
  Registry registry({{install_broken(folder, "unknown_status")}, {}}, &host, {}, log);
  auto* provider = registry.provider("unknown_status").value();
  const auto step = provider->open(a_job(), a_gateway(), {}).value().next();
  REQUIRE(!step);
  CHECK(step.error().failure_class == FailureClass::internal);
  CHECK(step.error().message == "no paper left (status 77, which this limn does not know)");
  CHECK(registry.provider("unknown_status"));
}

TEST_CASE("an error arrives whole, and fit to be shown")
{
  Stage stage;
  stage.script.next = [](const limn_step_sink*, const limn_error_sink* errors) {
    const limn_error error{sizeof(limn_error),
                           LIMN_RATE_LIMITED,
                           LIMN_STR("slow\x1b[2J\ndown"),
                           LIMN_STR("come back"),
                           LIMN_STR("rate"),
                           LIMN_STR("n"),
                           2400};
    errors->report(errors->context, &error);
    return LIMN_RATE_LIMITED;
  };
  const auto step = stage.dialogue.next();
  REQUIRE(!step);
  const auto& failure = step.error();
  CHECK(failure.failure_class == FailureClass::rate_limited);
  CHECK(failure.message.find('\x1b') == std::string::npos);
  CHECK(failure.message.find('\n') == std::string::npos);
  CHECK(failure.message.starts_with("slow"));
  CHECK(failure.hint == "come back");
  CHECK(failure.code == "rate");
  CHECK(failure.param == "n");
  CHECK(failure.retry_after == std::chrono::milliseconds(2400));
  CHECK(stage.provider.breach() == "");
}

TEST_CASE("an error's text is cut, and its time to come back is bounded")
{
  Stage stage;
  const std::string long_text(5000, 'x');
  stage.script.next = [&](const limn_step_sink*, const limn_error_sink* errors) {
    const limn_error error{sizeof(limn_error),
                           LIMN_SERVER,
                           to_abi(long_text),
                           {},
                           {},
                           {},
                           std::numeric_limits<std::int64_t>::max()};
    errors->report(errors->context, &error);
    return LIMN_SERVER;
  };
  const auto step = stage.dialogue.next();
  REQUIRE(!step);
  CHECK(step.error().message.size() <= 1000);
  CHECK(step.error().retry_after == std::chrono::hours(24 * 365));
}

TEST_CASE("every status of the contract is the class of the same name")
{
  for (limn_status status = LIMN_CONTENT; status <= LIMN_UNSUPPORTED; ++status) {
    Stage stage;
    stage.script.next = [=](const limn_step_sink*, const limn_error_sink* errors) {
      report(errors, status, "so");
      return status;
    };
    const auto step = stage.dialogue.next();
    REQUIRE(!step);
    CHECK(static_cast<limn_status>(step.error().failure_class) == status);
    CHECK(stage.provider.breach() == "");
  }
}

TEST_CASE("a component that broke a rule is not called again, but its dialogues are closed")
{
  Script script;
  {
    Provider provider(&k_component, &script, "provider acme (/acme.so)");
    auto first = provider.open(a_job(), a_gateway(), {}).value();
    auto second = provider.open(a_job(), a_gateway(), {}).value();
    script.next = [](const limn_step_sink*, const limn_error_sink*) { return LIMN_OK; };
    CHECK(!first.next());
    CHECK(script.calls == 1);
    const auto step = second.next();
    REQUIRE(!step);
    CHECK(step.error().message.starts_with(k_broke));
    CHECK(!provider.open(a_job(), a_gateway(), {}));
    CHECK(script.calls == 1);
    CHECK(script.closed == 0);
    CHECK(script.destroyed == 0);
  }
  CHECK(script.closed == 2);
  CHECK(script.destroyed == 1);
}

TEST_CASE("a dialogue that moves is closed once")
{
  Script script;
  {
    Provider provider(&k_component, &script, "provider acme (/acme.so)");
    auto first = provider.open(a_job(), a_gateway(), {}).value();
    auto second = std::move(first);
    auto third = provider.open(a_job(), a_gateway(), {}).value();
    third = std::move(second);
    CHECK(third.next());
  }
  CHECK(script.closed == 2);
}

TEST_CASE("a dialogue that is given up has one request to send, or none")
{
  Stage stage;
  CHECK_FALSE(stage.dialogue.cancel());

  stage.script.cancel = [](const limn_step_sink* step, const limn_error_sink*) {
    auto request = a_request();
    request.flags = LIMN_REQUEST_BILLABLE;
    step->send(step->context, &request);
    return LIMN_OK;
  };
  const auto last = stage.dialogue.cancel();
  REQUIRE(last);
  CHECK(last->path == "/images/generations");
  CHECK_FALSE(last->billable);

  stage.script.cancel = [](const limn_step_sink* step, const limn_error_sink*) {
    step->wait(step->context, 1);
    return LIMN_OK;
  };
  CHECK_FALSE(stage.dialogue.cancel());

  stage.script.cancel = [](const limn_step_sink*, const limn_error_sink*) -> limn_status {
    throw std::runtime_error("boom");
  };
  CHECK_FALSE(stage.dialogue.cancel());
}

TEST_CASE("a table that ends before cancel is asked for none")
{
  auto cut = k_functions;
  cut.struct_size = offsetof(limn_provider_v1, cancel);
  auto component = k_component;
  component.functions = &cut;
  Script script;
  script.cancel = [](const limn_step_sink*, const limn_error_sink*) -> limn_status {
    FAIL("read a member that the plugin does not have");
    return LIMN_INTERNAL;
  };
  Provider provider(&component, &script, "provider acme (/acme.so)");
  auto dialogue = provider.open(a_job(), a_gateway(), {});
  REQUIRE(dialogue);
  CHECK_FALSE(dialogue->cancel());
}

TEST_CASE("open without a dialogue is a breach")
{
  Script script;
  Provider provider(&k_component, &script, "provider acme (/acme.so)");
  script.open = [](const limn_job&, const limn_gateway&, void**, const limn_error_sink*) {
    return LIMN_OK;
  };
  const auto opened = provider.open(a_job(), a_gateway(), {});
  REQUIRE(!opened);
  CHECK(opened.error().message
        == k_broke + "the plugin contract: open returned LIMN_OK without a dialogue");
}

TEST_CASE("a provider sees the job and the gateway, without what the gateway refused")
{
  Job job;
  job.prompt = "a teapot";
  job.size = "2048x1024";
  job.quality = "high";
  job.background = "opaque";
  job.output_format = "webp";
  job.moderation = "low";
  job.output_compression = 40;
  job.partial_images = 2;
  job.count = 3;
  job.inputs = {{Input::Role::image, "/pictures/cat.png", "image/png", 1234, {64, 32}},
                {Input::Role::mask, "/pictures/mask.png", "image/png", 99, {64, 32}}};
  const Pairs settings{{"style", "ink"}};
  const GatewayView gateway{"work", "https://gw.example/v1", "gpt-image-2", &settings};

  Script script;
  std::optional<sdk::Job> seen;
  std::optional<sdk::Gateway> seen_gateway;
  script.open = [&](const limn_job& a, const limn_gateway& b, void** dialogue,
                    const limn_error_sink*) {
    CHECK(a.struct_size == sizeof(limn_job));
    seen.emplace(a);
    seen_gateway.emplace(b);
    *dialogue = &script;
    return LIMN_OK;
  };
  Provider provider(&k_component, &script, "provider acme (/acme.so)");

  CHECK(provider.open(job, gateway, {}));
  CHECK(seen->prompt == "a teapot");
  CHECK(seen->size == "2048x1024");
  CHECK(seen->quality == "high");
  CHECK(seen->background == "opaque");
  CHECK(seen->output_format == "webp");
  CHECK(seen->moderation == "low");
  CHECK(seen->output_compression == 40);
  CHECK(seen->partial_images == 2);
  CHECK(seen->count == 3);
  REQUIRE(seen->inputs.size() == 2);
  CHECK(seen->inputs[0].filename == "cat.png");
  CHECK(seen->inputs[0].media_type == "image/png");
  CHECK(seen->inputs[0].size == 1234);
  CHECK(seen->inputs[1].role == LIMN_INPUT_MASK);
  CHECK(seen->dropped.empty());
  CHECK(seen_gateway->name == "work");
  CHECK(seen_gateway->base_url == "https://gw.example/v1");
  CHECK(seen_gateway->model == "gpt-image-2");
  CHECK(seen_gateway->setting("style") == "ink");

  const std::vector<std::string> dropped{
    "size",       "quality", "background",         "output_format",
    "moderation", "n",       "output_compression", "partial_images",
    "style"};
  CHECK(provider.open(job, gateway, dropped));
  CHECK(seen->prompt == "a teapot");
  CHECK(seen->size == "");
  CHECK(seen->quality == "");
  CHECK(seen->background == "");
  CHECK(seen->output_format == "");
  CHECK(seen->moderation == "");
  CHECK(!seen->output_compression);
  CHECK(!seen->partial_images);
  CHECK(seen->count == 1);
  CHECK(seen->dropped == dropped);

  job.partial_images = 0;
  CHECK(provider.open(job, gateway, {}));
  CHECK(!seen->partial_images);
}

TEST_CASE("capabilities are what the plugin says, within reason")
{
  Script script;
  const Provider provider(&k_component, &script, "provider acme (/acme.so)");
  script.capabilities = {0, 4, LIMN_CAN_GENERATE | LIMN_CAN_STREAM};
  CHECK(provider.capabilities().flags == (LIMN_CAN_GENERATE | LIMN_CAN_STREAM));
  CHECK(provider.capabilities().max_count == 4);
  script.capabilities.max_count = 0;
  CHECK(provider.capabilities().max_count == 1);
  script.capabilities.max_count = 0xffffffffu;
  CHECK(provider.capabilities().max_count == std::numeric_limits<int>::max());
}

TEST_CASE("a request arrives whole")
{
  Stage stage;
  stage.script.next = [](const limn_step_sink* step, const limn_error_sink*) {
    const limn_kv headers[] = {{LIMN_STR("Accept"), LIMN_STR("text/event-stream, a/b;q=0.5")}};
    const limn_part prompt{sizeof(limn_part),  LIMN_PART_TEXT,    LIMN_STR("a\r\nteapot"), 0, 0,
                           LIMN_STR("prompt"), LIMN_STR("p.txt"), LIMN_STR("text/plain")};
    const limn_part* parts[] = {&prompt};
    auto request = a_request();
    request.flags = LIMN_REQUEST_BILLABLE | 0x80u;
    request.headers = headers;
    request.header_count = 1;
    request.body = LIMN_BODY_MULTIPART;
    request.parts = parts;
    request.part_count = 1;
    step->send(step->context, &request);
    return LIMN_OK;
  };
  const auto step = stage.dialogue.next();
  REQUIRE(step);
  const auto& request = std::get<SendStep>(*step).request;
  CHECK(request.method == "POST");
  CHECK(request.path == "/images/generations");
  CHECK(request.billable);
  CHECK(request.headers == Pairs{{"Accept", "text/event-stream, a/b;q=0.5"}});
  CHECK(request.multipart);
  REQUIRE(request.parts.size() == 1);
  CHECK(request.parts[0].text == "a\r\nteapot");
  CHECK(request.parts[0].name == "prompt");
  CHECK(request.parts[0].filename == "p.txt");
  CHECK(request.parts[0].media_type == "text/plain");
}

TEST_CASE("no request at all is a breach, not a crash")
{
  Stage stage;
  stage.script.next = [](const limn_step_sink* step, const limn_error_sink*) {
    step->send(step->context, nullptr);
    return LIMN_OK;
  };
  CHECK(failure_of_next(stage).ends_with("smaller than limn_request of contract 1.0"));
}

TEST_CASE("a wait lasts from nothing to an hour")
{
  for (const std::int64_t time : {std::int64_t{0}, std::int64_t{2500}, std::int64_t{3'600'000}}) {
    Stage stage;
    stage.script.next = [=](const limn_step_sink* step, const limn_error_sink*) {
      step->wait(step->context, time);
      return LIMN_OK;
    };
    const auto step = stage.dialogue.next();
    REQUIRE(step);
    CHECK(std::get<WaitStep>(*step).time == std::chrono::milliseconds(time));
  }
  for (const std::int64_t time : {std::int64_t{-1}, std::int64_t{3'600'001}}) {
    Stage stage;
    stage.script.next = [=](const limn_step_sink* step, const limn_error_sink*) {
      step->wait(step->context, time);
      return LIMN_OK;
    };
    CHECK(failure_of_next(stage)
          == k_broke + "the plugin contract: next asked to wait " + std::to_string(time)
               + " ms: from 0 to 3600000 can be waited");
  }
}

TEST_CASE("a step that comes with an error does not count")
{
  Stage stage;
  stage.script.next = [](const limn_step_sink* step, const limn_error_sink* errors) {
    step->finish(step->context);
    report(errors, LIMN_SERVER, "no");
    return LIMN_SERVER;
  };
  const auto step = stage.dialogue.next();
  REQUIRE(!step);
  CHECK(step.error().failure_class == FailureClass::server);
  CHECK(stage.provider.breach() == "");
}

TEST_CASE("an event arrives whole, and results leave while the call lasts")
{
  Stage stage;
  Results results;
  const Pairs headers{{"content-type", "application/json"}};
  stage.script.receive = [&](const limn_event& event, const limn_result_sink* sink,
                             const limn_error_sink*) {
    CHECK(event.kind == LIMN_EVENT_MESSAGE);
    CHECK(event.http_status == 201);
    CHECK(event.format == LIMN_FORMAT_TEXT);
    REQUIRE(event.header_count == 1);
    CHECK(sdk::from_abi(event.headers[0].key) == "content-type");
    CHECK(sdk::from_abi(event.content) == "hello");
    CHECK(sdk::from_abi(event.event_name) == "greeting");
    sdk::Results out(sink);
    out.image("token", "a red teapot");
    CHECK(results.text == "image token a red teapot\n");
    out.partial("early");
    limn_usage usage{};
    usage.input_text_tokens = 7;
    usage.total_tokens = -20;
    out.usage(usage);
    out.note("request_id", "r1");
    return LIMN_OK;
  };
  const ResponseEvent event{LIMN_EVENT_MESSAGE, 201,     &headers,
                            LIMN_FORMAT_TEXT,   "hello", "greeting"};
  CHECK(stage.dialogue.receive(event, results));
  CHECK(results.text
        == "image token a red teapot\npartial -1 early\nusage 7 -1\nnote request_id=r1\n");
}

TEST_CASE("a preview comes with its place, where the plugin says one that can be")
{
  const auto told = [](std::uint64_t number, std::size_t struct_size) {
    Stage stage;
    Results results;
    stage.script.receive = [&](const limn_event&, const limn_result_sink* sink,
                               const limn_error_sink*) {
      limn_image image{sizeof(limn_image), 0, LIMN_STR("early"), {}, number};
      image.struct_size = static_cast<std::uint32_t>(struct_size);
      sink->partial(sink->context, &image);
      return LIMN_OK;
    };
    const Pairs headers;
    CHECK(stage.dialogue.receive({LIMN_EVENT_MESSAGE, 200, &headers}, results));
    return results.text;
  };
  CHECK(told(1, sizeof(limn_image)) == "partial 0 early\n");
  CHECK(told(3, sizeof(limn_image)) == "partial 2 early\n");
  CHECK(told(0, sizeof(limn_image)) == "partial -1 early\n");
  CHECK(told(std::numeric_limits<std::uint64_t>::max(), sizeof(limn_image))
        == "partial -1 early\n");
  // Of minor 0: what lies behind its struct is not read.
  CHECK(told(3, offsetof(limn_image, preview_number)) == "partial -1 early\n");
}

TEST_CASE("results that make no sense are breaches, and good ones beside them still arrive")
{
  const std::pair<std::function<void(const limn_result_sink*)>, const char*> cases[] = {
    {[](const limn_result_sink* sink) { sink->image(sink->context, nullptr); },
     "gave an image that is smaller than limn_image of contract 1.0"},
    {[](const limn_result_sink* sink) {
       const limn_image image{sizeof(limn_image), 0, {}, {}, 0};
       sink->image(sink->context, &image);
     },
     "gave an image without content"},
    {[](const limn_result_sink* sink) {
       const limn_image image{sizeof(limn_image), 0, LIMN_STR("x"), {nullptr, 1}, 0};
       sink->partial(sink->context, &image);
     },
     "gave a revised prompt with a size but without data"},
    {[](const limn_result_sink* sink) { sink->usage(sink->context, nullptr); },
     "gave a usage that is smaller than limn_usage of contract 1.0"},
    {[](const limn_result_sink* sink) {
       sink->note(sink->context, {nullptr, 4}, {});
     },
     "gave a note's name with a size but without data"},
  };
  for (const auto& one : cases) {
    const auto& act = one.first;
    const auto& reason = one.second;
    CAPTURE(std::string(reason));
    Stage stage;
    Results results;
    stage.script.receive = [&](const limn_event&, const limn_result_sink* sink,
                               const limn_error_sink*) {
      act(sink);
      sdk::Results(sink).image("paid");
      return LIMN_OK;
    };
    const auto done = stage.dialogue.receive({}, results);
    REQUIRE(!done);
    CHECK(done.error().failure_class == FailureClass::internal);
    CHECK(done.error().message.ends_with(std::string("receive ") + reason));
    CHECK(results.text == "image paid \n");
  }
}

TEST_CASE("what the host throws inside of a sink stays with the host")
{
  Stage stage;
  Results results;
  results.throws = true;
  bool came_back = false;
  stage.script.receive = [&](const limn_event&, const limn_result_sink* sink,
                             const limn_error_sink*) {
    sdk::Results(sink).image("token");
    came_back = true;
    return LIMN_OK;
  };
  const auto done = stage.dialogue.receive({}, results);
  REQUIRE(!done);
  CHECK(came_back);
  CHECK(done.error().failure_class == FailureClass::internal);
  CHECK(stage.provider.breach() == "");
}

TEST_CASE("an error that is not there or too small is a breach")
{
  for (const bool is_there : {false, true}) {
    Stage stage;
    stage.script.next = [=](const limn_step_sink*, const limn_error_sink* errors) {
      limn_error error{};
      error.struct_size = offsetof(limn_error, retry_after_ms);
      error.status = LIMN_AUTH;
      errors->report(errors->context, is_there ? &error : nullptr);
      return LIMN_AUTH;
    };
    CHECK(failure_of_next(stage)
          == k_broke
               + "rule 1 of the plugin contract: next reported an error that is smaller than "
                 "limn_error of contract 1.0");
  }
}
