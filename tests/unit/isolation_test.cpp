#include "isolation/isolated_plugin.hpp"
#include "plugin/host_services.hpp"
#include "plugin/registry.hpp"
#include "plugin_support.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace limn;
using namespace limn::test;

namespace {

namespace fs = std::filesystem;
using State = ComponentRecord::State;

const fs::path k_acme_folder = LIMN_ACME_DIR;

struct Host {
  RecordingLog log;
  HostServices services{log, {}};

  std::unique_ptr<Registry> registry(const fs::path& file, std::vector<std::string> isolated,
                                     Pairs settings = {}, FailureWords words = {})
  {
    PluginSearch search{
      {file}, {}, {std::move(isolated), IsolatedPlugin::starter(std::move(words))}};
    return std::make_unique<Registry>(
      search, services.host(),
      std::map<std::string, Pairs>{{"acme", settings}, {"acme_mixed", settings}}, log);
  }
};

Job a_job()
{
  Job job;
  job.prompt = "a teapot";
  job.size = "1024x1024";
  return job;
}

struct Results : ResultReceiver {
  std::string text;
  void image(std::string_view content, std::string_view) override
  {
    text += "image " + std::string(content) + "\n";
  }
  void partial(std::string_view content, std::optional<int> index) override
  {
    text += "partial " + std::to_string(index.value_or(-1)) + " " + std::string(content) + "\n";
  }
  void usage(const Usage&) override { text += "usage\n"; }
  void note(std::string_view key, std::string_view value) override
  {
    text += std::string(key) + " " + std::string(value) + "\n";
  }
};

std::string told(const Failure& failure)
{
  return std::string(to_string(failure.failure_class)) + ": " + failure.message + "|" + failure.hint
         + "|" + failure.code + "|" + failure.param;
}

// A whole conversation with the provider, and all that came of it; what it says of itself included.
std::string conversation(Registry& registry, const std::string& id)
{
  const Pairs headers{{"content-type", "application/json"}};
  const auto record_of = [&] {
    const auto& records = registry.components();
    std::string text;
    for (const auto& record : records) {
      text += record.id + " " + record.kind + " " + record.display_name + " " + record.summary + " "
              + record.plugin + " " + record.version + " " + record.vendor + " "
              + std::to_string(static_cast<int>(record.state)) + " " + record.reason + "\n";
    }
    return text;
  };
  std::string text = record_of();
  const auto provider = registry.provider(id);
  if (!provider) {
    return text + told(provider.error()) + "\n" + record_of();
  }
  const auto capabilities = (*provider)->capabilities();
  text += "can " + std::to_string(capabilities.flags) + " " + std::to_string(capabilities.max_count)
          + "\n";
  {
    auto dialogue = (*provider)->open(a_job(), {"work", "https://gw/v1", "m", nullptr}, {});
    if (!dialogue) {
      return text + told(dialogue.error()) + "\n" + record_of();
    }
    for (int i = 0; i < 5; ++i) {
      const auto step = dialogue->next();
      if (!step) {
        text += told(step.error()) + "\n";
        break;
      }
      const auto* send = std::get_if<SendStep>(&*step);
      if (!send) {
        text += std::holds_alternative<FinishStep>(*step) ? "finish\n" : "wait\n";
        break;
      }
      text += "send " + send->request.method + " " + send->request.path + " "
              + (send->request.parts.empty() ? "" : send->request.parts[0].text) + "\n";
      Results results;
      auto received = dialogue->receive({LIMN_EVENT_HEAD, 200, &headers}, results);
      if (received) {
        received = dialogue->receive({LIMN_EVENT_MESSAGE, 200, &headers, LIMN_FORMAT_JSON,
                                      R"({"data":[{"b64_json":"@limn:1"}]})"},
                                     results);
      }
      if (received) {
        received = dialogue->receive({LIMN_EVENT_END, 200, &headers}, results);
      }
      text += results.text + (received ? "received\n" : told(received.error()) + "\n");
      if (!received) {
        break;
      }
    }
    if (const auto last = dialogue->cancel()) {
      text += "cancel " + last->method + "\n";
    }
  }
  return text + record_of();
}

std::string with_harm(const std::string& in, const std::string& what)
{
  Host host;
  const auto registry =
    host.registry(k_acme_folder / "acme.so", {"acme"}, {{"in", in}, {"do", what}});
  return conversation(*registry, "acme");
}

const std::string k_who = "provider acme (" + (k_acme_folder / "acme.so").string() + ")";

bool is_loaded_here(const fs::path& file)
{
  return read_file("/proc/self/maps").find(file.string()) != std::string::npos;
}

} // namespace

TEST_CASE("a sound provider says the same in a process of its own as within limn")
{
  Host host;
  const auto here = host.registry(k_acme_folder / "acme_late.so", {});
  const auto apart = host.registry(k_acme_folder / "acme.so", {"acme"});
  const auto expected = conversation(*here, "acme");
  CHECK(expected.find("image @limn:1") != std::string::npos);
  CHECK(expected.find("cancel POST") != std::string::npos);
  CHECK(conversation(*apart, "acme") == expected);
  CHECK(here->components()[0].isolation.empty());
  CHECK(apart->components()[0].isolation.starts_with("own process, no files"));
}

TEST_CASE("a plugin that breaks the contract is told of in the same words in either place")
{
  const ScratchFolder folder;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(k_broken_plugins)) {
    if (entry.path().extension() == ".so") {
      files.push_back(install(entry.path(), folder / entry.path().filename().string()));
    }
  }
  CHECK(files.size() > 20);
  for (const auto& file : files) {
    CAPTURE(file);
    const auto id = file.stem().string();
    Host host;
    const auto apart = host.registry(file, {id});
    const auto said_apart = conversation(*apart, id);
    CHECK_FALSE(is_loaded_here(file));
    const auto here = host.registry(file, {});
    CHECK(said_apart == conversation(*here, id));
  }
}

TEST_CASE("an isolated provider is not loaded into limn, and a config source cannot be isolated")
{
  const auto file = k_acme_folder / "acme_mixed.so";
  Host host;
  const auto registry = host.registry(file, {"acme_mixed"});
  REQUIRE(registry->components().size() == 2);
  CHECK(registry->components()[0].state == State::ready);
  CHECK(registry->components()[1].state == State::failed);
  CHECK(registry->components()[1].reason.find("a config source cannot be isolated")
        != std::string::npos);
  CHECK_FALSE(is_loaded_here(file));
  const auto source = registry->config_source("acme_source");
  REQUIRE_FALSE(source);
  CHECK(source.error().failure_class == FailureClass::settings);

  const auto named = host.registry(file, {"acme_source"});
  CHECK(named->components()[1].state == State::failed);
  CHECK_FALSE(named->config_source("acme_source"));
}

TEST_CASE("all: every provider is isolated, and config sources work as ever")
{
  Host host;
  const auto registry = host.registry(k_acme_folder / "acme_mixed.so", {"all"});
  REQUIRE(registry->components().size() == 2);
  for (const auto& record : registry->components()) {
    CHECK(record.state == State::ready);
    CHECK(record.isolation.empty() == (record.kind == k_config_source_kind));
  }
  CHECK(registry->config_source("acme_source"));
  CHECK((*registry->provider("acme_mixed"))->is_isolated());
}

TEST_CASE("where an isolated provider's code is loaded into limn as well, what is in force says so")
{
  const std::string words = "; but its code was loaded into limn, too";
  Host host;
  const auto mixed = host.registry(k_acme_folder / "acme_mixed.so", {"all"});
  CHECK(mixed->components()[0].isolation.ends_with(words));
  CHECK(host.log.text(LogLevel::warning).find("put the two into a file each") != std::string::npos);
  const auto late = host.registry(k_acme_folder / "acme_late.so", {"acme"});
  CHECK(late->components()[0].isolation.ends_with(words));
  for (const auto& id : {"acme", "all"}) {
    const auto apart = host.registry(k_acme_folder / "acme.so", {id});
    CHECK(apart->components()[0].isolation.ends_with(")"));
  }
}

TEST_CASE(
  "an isolated id that turns up in a file of another name is isolated all the same, with a warning")
{
  Host host;
  const auto registry = host.registry(k_acme_folder / "acme_late.so", {"acme"});
  CHECK(host.log.text(LogLevel::warning)
        == "plugin " + (k_acme_folder / "acme_late.so").string()
             + " carries the isolated provider acme, and its code was loaded into limn before that "
               "could be known: name the file acme.so\n");
  CHECK((*registry->provider("acme"))->is_isolated());
}

TEST_CASE("an id that is to be isolated and that nothing has is told, with the nearest one")
{
  Host host;
  const auto registry = host.registry(k_acme_folder / "acme_late.so", {"acne"});
  CHECK_FALSE(registry->components().empty()); // a list goes on, with a warning
  CHECK(host.log.text(LogLevel::warning)
        == "\"acne\" is to be isolated, and there is no such provider: did you mean 'acme'?\n");
  // acme may be meant, and is loaded here: it is not used.
  CHECK(registry->provider("acme").error().failure_class == FailureClass::settings);
}

TEST_CASE(
  "whatever ends the process, in whatever call, is an internal failure that names plugin and call")
{
  for (const std::string in : {"create", "describe", "open", "next", "receive"}) {
    CAPTURE(in);
    const auto told = with_harm(in, "segfault");
    CHECK(told.find("internal: " + k_who + " ended with signal 11 (SIGSEGV) in " + in)
          != std::string::npos);
    CHECK(told.find("ended with signal 11 (SIGSEGV) in " + in + "\n") != std::string::npos);
  }
  CHECK(with_harm("next", "exit").find("internal: " + k_who + " exited with status 3 in next")
        != std::string::npos);
  CHECK(
    with_harm("open", "abort").find("internal: " + k_who + " ended with signal 6 (SIGABRT) in open")
    != std::string::npos);
}

TEST_CASE("an exception of an isolated provider breaks rule 7, as within limn")
{
  const auto told = with_harm("next", "throw");
  CHECK(
    told.find("internal: " + k_who
              + " broke rule 7 of the plugin contract: next threw an exception: acme has thrown "
                "this")
    != std::string::npos);
}

TEST_CASE("an end in the last calls fails the component and nothing else")
{
  for (const std::string in : {"cancel", "close"}) {
    CAPTURE(in);
    const auto told = with_harm(in, "segfault");
    CHECK(told.find("image @limn:1") != std::string::npos);
    CHECK(told.find(" 2 ended with signal 11 (SIGSEGV) in " + in + "\n") != std::string::npos);
  }
}

TEST_CASE("what an isolated plugin writes into its line to limn is judged, not believed")
{
  CHECK(with_harm("next", "garbage").find("said what makes no sense in next") != std::string::npos);
  CHECK(with_harm("next", "forge").find("said what makes no sense in next") != std::string::npos);
  CHECK(with_harm("next", "length").find("said more than a call may in next") != std::string::npos);
  CHECK(with_harm("describe", "garbage").find("said what makes no sense in describe")
        != std::string::npos);
}

TEST_CASE("the user's own words for failures hold in the process of a plugin, too")
{
  Host host;
  const FailureWords words{
    {FailureWord::Where::message, "the till is empty", FailureClass::billing}};
  const auto registry = host.registry(k_acme_folder / "acme.so", {"acme"}, {}, words);
  auto* provider = registry->provider("acme").value();
  auto dialogue = provider->open(a_job(), {"work", "https://gw/v1", "m", nullptr}, {}).value();
  REQUIRE(dialogue.next());
  const Pairs headers;
  Results results;
  const auto received = dialogue.receive({LIMN_EVENT_MESSAGE, 400, &headers, LIMN_FORMAT_JSON,
                                          R"({"error":{"message":"the till is empty"}})"},
                                         results);
  REQUIRE_FALSE(received);
  CHECK(received.error().failure_class == FailureClass::billing);
}

TEST_CASE(
  "many dialogues of one isolated provider go on side by side, and all end with its process")
{
  Host host;
  const auto registry =
    host.registry(k_acme_folder / "acme.so", {"acme"}, {{"in", "second next"}, {"do", "abort"}});
  auto* provider = registry->provider("acme").value();
  std::vector<Dialogue> dialogues;
  for (int i = 0; i < 200; ++i) {
    dialogues.push_back(
      provider->open(a_job(), {"work", "https://gw/v1", "m", nullptr}, {}).value());
  }
  for (auto& dialogue : dialogues) {
    const auto step = dialogue.next();
    REQUIRE(step);
    CHECK(std::holds_alternative<SendStep>(*step));
  }
  for (auto& dialogue : dialogues) {
    const auto step = dialogue.next();
    REQUIRE_FALSE(step);
    CHECK(step.error().message == k_who + " ended with signal 6 (SIGABRT) in next");
  }
}

TEST_CASE("what a plugin wrote before its end is there for -v")
{
  Host host;
  const auto registry =
    host.registry(k_acme_folder / "acme.so", {"acme"}, {{"in", "open"}, {"do", "segfault"}});
  conversation(*registry, "acme");
  CHECK(host.log.text(LogLevel::info).find("acme.so wrote: acme was here\n") != std::string::npos);
}

TEST_CASE("a plugin that does not survive being loaded is a failed provider")
{
  Host host;
  const auto file = k_acme_folder / "acme_dies.so";
  const auto registry = host.registry(file, {"acme_dies"});
  REQUIRE(registry->components().size() == 1);
  CHECK(registry->components()[0].state == State::failed);
  const auto provider = registry->provider("acme_dies");
  REQUIRE_FALSE(provider);
  CHECK(provider.error().failure_class == FailureClass::internal);
  CHECK(provider.error().message
        == "provider acme_dies (" + file.string()
             + ") ended with signal 6 (SIGABRT) while it was loaded");
}
