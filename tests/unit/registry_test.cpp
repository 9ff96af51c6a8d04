#include "plugin/host_services.hpp"
#include "plugin/registry.hpp"
#include "plugin_support.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>

using namespace limn;
using namespace limn::test;

namespace {

namespace fs = std::filesystem;
using State = ComponentRecord::State;

// "a/sound.so sound ready", one below the other, paths relative to `folder`.
std::string listing(const Registry& registry, const ScratchFolder& folder)
{
  std::string text;
  for (const auto& record : registry.components()) {
    const char* state = record.state == State::ready      ? "ready"
                        : record.state == State::shadowed ? "shadowed"
                        : record.state == State::failed   ? "failed"
                                                          : "skipped";
    text +=
      record.file.lexically_relative(folder.path()).string() + " " + record.id + " " + state + "\n";
  }
  return text;
}

struct Host {
  RecordingLog log;
  HostServices services{log, {}};

  Registry registry(const PluginSearch& search, std::map<std::string, Pairs> settings = {})
  {
    return Registry(search, services.host(), std::move(settings), log);
  }
};

} // namespace

TEST_CASE("plugin folders come in order: variable, limn.yaml, the user's, the installed one")
{
  const ScopedVariable path("LIMN_PLUGIN_PATH", ":/one::/two:");
  const ScopedVariable data("XDG_DATA_HOME", "/data");
  CHECK(plugin_directories({"/configured", "relative"}, "/installed")
        == std::vector<fs::path>{"/one", "/two", "/configured", "relative", "/data/limn/plugins",
                                 "/installed"});
}

TEST_CASE("without XDG_DATA_HOME, or with a relative one, the user's plugins are below HOME")
{
  const ScopedVariable path("LIMN_PLUGIN_PATH", nullptr);
  const ScopedVariable home("HOME", "/home/ann");
  for (const char* value : {static_cast<const char*>(nullptr), "", "relative"}) {
    const ScopedVariable data("XDG_DATA_HOME", value);
    CHECK(plugin_directories({}, {})
          == std::vector<fs::path>{"/home/ann/.local/share/limn/plugins"});
  }
  const ScopedVariable data("XDG_DATA_HOME", nullptr);
  const ScopedVariable no_home("HOME", nullptr);
  CHECK(plugin_directories({}, {}).empty());
}

TEST_CASE("files come before directories, names are sorted, and folders in folders are left alone")
{
  const ScratchFolder folder;
  for (const char* file :
       {"b/says_nothing.so", "b/sound.so", "b/null_image.so", "b/deeper/two_reports.so",
        "a/unknown_kind.so", "extra/throws_in_next.so"}) {
    install(k_broken_plugins / fs::path(file).filename(), folder / file);
  }
  write_file(folder / "b/readme.txt", "not a plugin");
  write_file(folder / "b/sound.so.bak", "not a plugin either");
  Host host;
  const auto registry = host.registry(
    {{folder / "extra/throws_in_next.so"}, {folder / "b", folder / "not-there", folder / "a"}});
  CHECK(listing(registry, folder)
        == "extra/throws_in_next.so throws_in_next ready\n"
           "b/null_image.so null_image ready\n"
           "b/says_nothing.so says_nothing ready\n"
           "b/sound.so sound ready\n"
           "a/unknown_kind.so unknown_kind skipped\n");
  CHECK(host.log.text(LogLevel::warning) == "");
}

TEST_CASE("the first component of an id is ready, later ones are shadowed and say by what")
{
  const ScratchFolder folder;
  install(k_broken_plugins / "sound.so", folder / "first/z.so");
  install(k_broken_plugins / "sound.so", folder / "second/a.so");
  Host host;
  auto registry = host.registry({{}, {folder / "first", folder / "second"}});
  CHECK(listing(registry, folder) == "first/z.so sound ready\nsecond/a.so sound shadowed\n");
  CHECK(registry.components()[1].reason
        == (folder / "first/z.so").string() + " has the same id and comes first");
  CHECK(registry.provider("sound"));
}

TEST_CASE("of two components with one id in one file the first is ready")
{
  const ScratchFolder folder;
  Host host;
  const auto registry = host.registry({{install_broken(folder, "duplicate_id")}, {}});
  CHECK(listing(registry, folder)
        == "duplicate_id.so duplicate_id ready\nduplicate_id.so duplicate_id shadowed\n");
}

TEST_CASE("a broken file stops nothing: it is a record with a reason and one warning")
{
  const ScratchFolder folder;
  write_file(folder / "p/a_text.so", std::string(200, 'x'));
  write_file(folder / "p/b_empty.so", "");
  fs::create_directories(folder / "p/c_folder.so");
  fs::create_symlink("nowhere", folder / "p/d_dangling.so");
  ::chmod(install(k_broken_plugins / "null_image.so", folder / "p/e_open.so").c_str(), 0666);
  install(k_broken_plugins / "short_table.so", folder / "p/f_short.so");
  install(k_broken_plugins / "sound.so", folder / "p/g_sound.so");
  Host host;
  auto registry = host.registry({{}, {folder / "p"}});
  CHECK(listing(registry, folder)
        == "p/a_text.so  failed\np/b_empty.so  failed\np/c_folder.so  failed\n"
           "p/d_dangling.so  failed\np/e_open.so  failed\np/f_short.so short_table failed\n"
           "p/g_sound.so sound ready\n");
  CHECK(registry.components()[0].reason == "it is not a shared library; build or fetch it again");
  CHECK(registry.components()[3].reason == "it is a link to a file that is not there");
  CHECK(registry.provider("sound"));

  const auto warnings = host.log.text(LogLevel::warning);
  CHECK(std::ranges::count(warnings, '\n') == 6);
  CHECK(warnings.find("plugin " + (folder / "p/b_empty.so").string()
                      + " is not used: it is empty; build or fetch it again\n")
        != std::string::npos);
  CHECK(warnings.find("provider short_table (" + (folder / "p/f_short.so").string()
                      + ") is not used: it breaks rule 1 of the plugin contract")
        != std::string::npos);
}

TEST_CASE("files behind what is asked for are loaded when something else is asked for")
{
  const ScratchFolder folder;
  write_file(folder / "a_broken.so", "broken");
  install(k_broken_plugins / "sound.so", folder / "b_sound.so");
  write_file(folder / "c_broken.so", "broken");
  Host host;
  auto registry = host.registry({{}, {folder.path()}});
  CHECK(registry.provider("sound"));
  CHECK(host.log.text(LogLevel::warning).find("a_broken.so is not used") != std::string::npos);
  CHECK(host.log.text(LogLevel::warning).find("c_broken.so") == std::string::npos);
  const auto missing = registry.provider("not_there");
  REQUIRE(!missing);
  CHECK(missing.error().hint.find("c_broken.so") != std::string::npos);
  CHECK(host.log.text(LogLevel::warning).find("c_broken.so is not used") != std::string::npos);
}

TEST_CASE(
  "in a directory the file named after an id comes first for it, and nothing else is loaded")
{
  const ScratchFolder folder;
  write_file(folder / "a_broken.so", "broken");
  install(k_broken_plugins / "sound.so", folder / "sound.so");
  Host host;
  auto registry = host.registry({{}, {folder.path()}});
  CHECK(registry.provider("sound"));
  CHECK(host.log.text(LogLevel::warning) == "");
}

TEST_CASE("of two files of a directory with one id the same is ready, whatever is asked for first")
{
  const ScratchFolder folder;
  install(k_broken_plugins / "sound.so", folder / "p/a.so");
  install(k_broken_plugins / "null_image.so", folder / "p/b.so");
  install(k_broken_plugins / "sound.so", folder / "p/sound.so");
  const std::string listed = "p/sound.so sound ready\np/a.so sound shadowed\n"
                             "p/b.so null_image ready\n";
  Host host;
  auto asked_for_it = host.registry({{}, {folder / "p"}});
  CHECK(asked_for_it.provider("sound"));
  CHECK(listing(asked_for_it, folder) == listed);
  auto asked_for_another = host.registry({{}, {folder / "p"}});
  CHECK(asked_for_another.provider("null_image"));
  CHECK(listing(asked_for_another, folder) == listed);
  CHECK(listing(host.registry({{}, {folder / "p"}}), folder) == listed);
}

TEST_CASE("files that were named come in the order given, and before directories")
{
  const ScratchFolder folder;
  install(k_broken_plugins / "sound.so", folder / "p/a.so");
  install(k_broken_plugins / "sound.so", folder / "p/sound.so");
  install(k_broken_plugins / "sound.so", folder / "q/sound.so");
  Host host;
  auto registry = host.registry({{folder / "p/a.so", folder / "p/sound.so"}, {folder / "q"}});
  CHECK(registry.provider("sound"));
  CHECK(listing(registry, folder)
        == "p/a.so sound ready\np/sound.so sound shadowed\nq/sound.so sound shadowed\n");
}

TEST_CASE("a component that failed to load does not shadow a sound one")
{
  const ScratchFolder folder;
  write_file(folder / "first/sound.so", "broken");
  install(k_broken_plugins / "sound.so", folder / "second/sound.so");
  Host host;
  auto registry = host.registry({{}, {folder / "first", folder / "second"}});
  CHECK(listing(registry, folder) == "first/sound.so  failed\nsecond/sound.so sound ready\n");
  CHECK(registry.provider("sound"));
}

TEST_CASE("the same file found twice is loaded once")
{
  const ScratchFolder folder;
  install(k_broken_plugins / "sound.so", folder / "a/sound.so");
  fs::create_directories(folder / "b");
  fs::create_symlink(folder / "a/sound.so", folder / "b/link.so");
  fs::create_hard_link(folder / "a/sound.so", folder / "b/other.so");
  Host host;
  const auto registry =
    host.registry({{folder / "a/sound.so"}, {folder / "a", folder / "b", folder / "a"}});
  CHECK(listing(registry, folder) == "a/sound.so sound ready\n");
}

TEST_CASE("a relative folder is left out with a warning, and never searched")
{
  const ScratchFolder folder;
  install(k_broken_plugins / "sound.so", folder / "plugins/sound.so");
  const auto before = fs::current_path();
  fs::current_path(folder.path());
  Host host;
  const auto registry = host.registry({{}, {"plugins", ""}});
  fs::current_path(before);
  CHECK(registry.components().empty());
  CHECK(host.log.text(LogLevel::warning)
        == "plugin folder \"plugins\" is left out: its path is not absolute\n"
           "plugin folder \"\" is left out: its path is not absolute\n");
}

TEST_CASE("an unknown id is told with every place searched, the nearest id and what failed to load")
{
  const ScratchFolder folder;
  install(k_broken_plugins / "null_image.so", folder / "a/null_image.so");
  write_file(folder / "a/bad.so", "");
  Host host;
  auto registry = host.registry({{folder / "x.so"}, {folder / "a", folder / "gone"}});
  const auto provider = registry.provider("null_imge");
  REQUIRE(!provider);
  const auto& failure = provider.error();
  CHECK(failure.failure_class == FailureClass::settings);
  CAPTURE(failure.message);
  CHECK(failure.message.starts_with("there is no provider \"null_imge\""));
  CHECK(failure.message.find("null_image") != std::string::npos);
  CAPTURE(failure.hint);
  CHECK(failure.hint.find("searched: " + (folder / "x.so").string() + ", " + (folder / "a").string()
                          + " (2 files), " + (folder / "gone").string() + " (not there)")
        != std::string::npos);
  CHECK(failure.hint.find((folder / "a/bad.so").string() + ": it is empty") != std::string::npos);
  CHECK(failure.hint.find((folder / "x.so").string() + ": there is no such file")
        != std::string::npos);
}

TEST_CASE("without any plugin an unknown id is still told in whole sentences")
{
  Host host;
  auto registry = host.registry({});
  const auto source = registry.config_source("env");
  REQUIRE(!source);
  CHECK(source.error().message == "there is no config-source \"env\"");
  CHECK(source.error().hint == "no place was searched for plugins");
}

TEST_CASE("an id of another kind is not handed out")
{
  const ScratchFolder folder;
  Host host;
  auto registry = host.registry({{install_broken(folder, "sound")}, {}});
  CHECK(!registry.config_source("sound"));
  CHECK(registry.provider("sound"));
}

TEST_CASE("an instance is made at the first call and stays the same")
{
  const ScratchFolder folder;
  Host host;
  auto registry = host.registry({{install_broken(folder, "sound")}, {}});
  auto* first = registry.provider("sound").value();
  CHECK(first->id() == "sound");
  CHECK(registry.provider("sound").value() == first);
}

TEST_CASE("a component gets its own settings, and one that cannot be made says why")
{
  const ScratchFolder folder;
  const auto file = install_broken(folder, "needs_setting");
  Host host;
  auto without = host.registry({{file}, {}}, {{"other", {{"paper", "A4"}}}});
  const auto refused = without.provider("needs_setting");
  REQUIRE(!refused);
  CHECK(refused.error().failure_class == FailureClass::settings);
  CHECK(refused.error().message
        == "provider needs_setting (" + file.string() + ") could not be made: no paper left");
  CHECK(without.components().front().state == State::failed);
  CHECK(without.components().front().reason == "it could not be made: no paper left");
  CHECK(without.provider("needs_setting").error().message == refused.error().message);

  auto with = host.registry({{file}, {}}, {{"needs_setting", {{"ink", "black"}, {"paper", "A4"}}}});
  CHECK(with.provider("needs_setting"));
  CHECK(with.components().front().state == State::ready);
}

TEST_CASE(
  "what is there is known by the name of its file, and only what is not makes all be loaded")
{
  const ScratchFolder folder;
  for (const auto* name : {"sound.so", "says_nothing.so"}) {
    install(k_broken_plugins / name, folder / "a" / name);
  }
  install(k_plugins / "test_source.so", folder / "a/other_name.so");
  write_file(folder / "a/acme.so", "no library");
  Host host;
  auto registry = host.registry({{}, {folder / "a"}});
  CHECK(registry.require(k_provider_kind, "sound"));
  CHECK(host.log.text(LogLevel::debug).find("ready") == std::string::npos);
  CHECK(registry.require_made("says_nothing"));
  CHECK(host.log.text(LogLevel::debug).find("provider sound") == std::string::npos);

  CHECK(registry.require(k_config_source_kind, "test_source")); // in a file of another name
  CHECK(registry.require_made("test_source"));
  const auto typo = registry.require(k_provider_kind, "soud");
  REQUIRE(!typo);
  CHECK(typo.error().failure_class == FailureClass::settings);
  CHECK(typo.error().message == "there is no provider \"soud\": did you mean 'sound'?");
  CHECK(registry.require_made("test_sorce").error().message
        == "there is no component \"test_sorce\": did you mean 'test_source'?");
  CHECK(registry.require(k_config_source_kind, "sound")
          .error()
          .message.starts_with("there is no config-source \"sound\""));
  const auto broken = registry.require(k_provider_kind, "acme");
  REQUIRE(!broken);
  CHECK(broken.error().message.starts_with(
    "provider acme cannot be used: " + (folder / "a/acme.so").string() + ": "));
  CHECK(registry.require_isolated("sound"));
  CHECK(!registry.require_isolated("soud"));
}

TEST_CASE("a later component of the same id does not take the place of one that could not be made")
{
  const ScratchFolder folder;
  const auto first = install(k_broken_plugins / "needs_setting.so", folder / "a/needs_setting.so");
  install(k_broken_plugins / "needs_setting.so", folder / "b/needs_setting.so");
  Host host;
  auto registry = host.registry({{}, {folder / "a", folder / "b"}});
  for (int i = 0; i < 2; ++i) {
    const auto refused = registry.provider("needs_setting");
    REQUIRE(!refused);
    CHECK(refused.error().message.find(first.string()) != std::string::npos);
  }
  CHECK(listing(registry, folder)
        == "a/needs_setting.so needs_setting failed\nb/needs_setting.so needs_setting shadowed\n");
}

TEST_CASE("a config source in C++20 finds a gateway through the environment service")
{
  const ScratchFolder folder;
  const auto file = install(k_plugins / "test_source.so", folder / "test_source.so");
  Host host;
  auto registry = host.registry({{file}, {}});
  auto* source = registry.config_source("test_source").value();
  CHECK(source->id() == "test_source");

  const ScopedVariable no_url("TEST_SOURCE_URL", nullptr);
  const ScopedVariable no_key("TEST_SOURCE_KEY", nullptr);
  CHECK(source->collect().gateways.empty());

  const ScopedVariable url("TEST_SOURCE_URL", "https://gw.example/v1");
  auto collected = source->collect();
  CHECK(!collected.failure);
  REQUIRE(collected.gateways.size() == 1);
  CHECK(collected.gateways[0].problem == "TEST_SOURCE_KEY is not set");
  CHECK(!collected.gateways[0].usable());

  const ScopedVariable key("TEST_SOURCE_KEY", "sk-test");
  collected = source->collect();
  REQUIRE(collected.gateways.size() == 1);
  const auto& gateway = collected.gateways[0];
  CHECK(gateway.name == "test_source");
  CHECK(gateway.base_url == "https://gw.example/v1");
  CHECK(gateway.key.reveal() == "sk-test");
  CHECK(gateway.origins == std::vector<std::string>{"env:TEST_SOURCE_URL"});
  CHECK(gateway.usable());
  CHECK(!gateway.without_key);
}

namespace {

struct ImageList : ResultReceiver {
  std::vector<std::string> images;
  void image(std::string_view content, std::string_view) override { images.emplace_back(content); }
  void partial(std::string_view, std::optional<int>) override {}
  void usage(const Usage&) override {}
  void note(std::string_view, std::string_view) override {}
};

} // namespace

TEST_CASE("a provider in C11 asks for an image and finds it in the answer")
{
  const ScratchFolder folder;
  Host host;
  auto registry = host.registry({{install(k_plugins / "test_c11.so", folder / "test_c11.so")}, {}});
  auto* provider = registry.provider("test_c11").value();
  CHECK(provider->capabilities().flags == LIMN_CAN_GENERATE);

  Job job;
  job.prompt = "a \"blue\"\nteapot\\";
  job.size = "1024x1024";
  const GatewayView gateway{"work", "https://gw.example/v1", "gpt-image-2", nullptr};
  const Pairs headers;
  auto dialogue = provider->open(job, gateway, {}).value();

  const auto step = dialogue.next();
  REQUIRE(step);
  const auto& request = std::get<SendStep>(*step).request;
  CHECK(request.method == "POST");
  CHECK(request.path == "/images/generations");
  CHECK(request.billable);
  CHECK(request.headers == Pairs{{"Content-Type", "application/json"}});
  REQUIRE(request.parts.size() == 1);
  CHECK(request.parts[0].text
        == R"({"model":"gpt-image-2","prompt":"a \"blue\"\u000ateapot\\","size":"1024x1024"})");

  ImageList results;
  CHECK(dialogue.receive({LIMN_EVENT_HEAD, 200, &headers, 0, "", ""}, results));
  CHECK(dialogue.receive({LIMN_EVENT_MESSAGE, 200, &headers, LIMN_FORMAT_JSON,
                          R"({"data":[{"b64_json" : "token-1"},{"b64_json":"token-2"}]})", ""},
                         results));
  CHECK(dialogue.receive({LIMN_EVENT_END, 200, &headers, 0, "", ""}, results));
  CHECK(results.images == std::vector<std::string>{"token-1", "token-2"});
  const auto last = dialogue.next();
  REQUIRE(last);
  CHECK(std::holds_alternative<FinishStep>(*last));

  auto empty = provider->open(job, gateway, std::vector<std::string>{"size"}).value();
  const auto again = empty.next();
  REQUIRE(again);
  CHECK(std::get<SendStep>(*again).request.parts[0].text
        == R"({"model":"gpt-image-2","prompt":"a \"blue\"\u000ateapot\\"})");
  const auto done = empty.receive({LIMN_EVENT_END, 200, &headers, 0, "", ""}, results);
  REQUIRE(!done);
  CHECK(done.error().failure_class == FailureClass::no_image);

  auto refused = provider->open(job, gateway, {}).value();
  CHECK(refused.next());
  const auto failure = refused.receive(
    {LIMN_EVENT_MESSAGE, 500, &headers, LIMN_FORMAT_JSON, R"({"error":{"message":"broken"}})", ""},
    results);
  REQUIRE(!failure);
  CHECK(failure.error().failure_class == FailureClass::server);
  CHECK(provider->breach() == "");
}
