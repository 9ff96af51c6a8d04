#include "plugin/host_services.hpp"
#include "plugin_support.hpp"

#include <limn/sdk.hpp>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <chrono>
#include <new>
#include <thread>

using namespace limn;
using namespace limn::test;
using sdk::to_abi;

namespace {

namespace fs = std::filesystem;

struct Services {
  RecordingLog log;
  HostServices services{log, {}};

  template <typename Service>
  const Service& get(std::string_view id) const
  {
    const auto* service =
      static_cast<const Service*>(services.host()->get_service(services.host(), to_abi(id)));
    REQUIRE(service);
    CHECK(service->struct_size == sizeof(Service));
    return *service;
  }
  sdk::Host host() const { return sdk::Host(services.host()); }
};

// What went wrong when a plugin reads that file: "" if nothing did.
sdk::Failure refusal(const Services& services, const std::string& path, std::size_t max_size = 1000)
{
  try {
    services.host().read_file(path, max_size);
  } catch (const sdk::Failure& failure) {
    return failure;
  }
  return {LIMN_OK, ""};
}

} // namespace

TEST_CASE("the host says who it is and what it offers")
{
  const Services services;
  const auto* host = services.services.host();
  CHECK(host->struct_size == sizeof(limn_host));
  CHECK(host->abi_minor == LIMN_ABI_MINOR);
  CHECK(host->version.size > 0);
  for (const std::string_view id : {LIMN_SERVICE_LOG, LIMN_SERVICE_ENV, LIMN_SERVICE_FILES,
                                    LIMN_SERVICE_CLOCK, LIMN_SERVICE_CLASSIFY}) {
    CAPTURE(std::string(id));
    CHECK(host->get_service(host, to_abi(id)) != nullptr);
  }
  for (const std::string_view id : {"", "limn.log", "limn.log/2", "limn.log/1 "}) {
    CAPTURE(std::string(id));
    CHECK(host->get_service(host, to_abi(id)) == nullptr);
  }
  CHECK(host->get_service(host, {nullptr, 10}) == nullptr);
}

TEST_CASE("log lines of a plugin are marked, safe and kept to the wanted levels")
{
  Services services;
  services.log.most = LogLevel::info;
  services.host().log(LIMN_LOG_WARNING, "ink is\nlow\x1b[2J");
  services.host().log(LIMN_LOG_DEBUG, "not wanted");
  services.host().log(99, "nor is this");
  REQUIRE(services.log.lines.size() == 1);
  const auto& [level, line] = services.log.lines[0];
  CHECK(level == LogLevel::warning);
  CHECK(line.starts_with("plugin: ink is low"));
  CHECK(line.find('\x1b') == std::string::npos);

  const auto& log = services.get<limn_log_v1>(LIMN_SERVICE_LOG);
  log.write(log.context, LIMN_LOG_ERROR, {nullptr, 7});
  CHECK(services.log.lines.size() == 1);
}

TEST_CASE("threads of plugins may log at the same time")
{
  Services services;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([host = services.host()] {
      for (int line = 0; line < 200; ++line) {
        host.log(LIMN_LOG_INFO, "drawing");
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(services.log.lines.size() == 800);
}

TEST_CASE("an environment variable is told as it is, an empty one counts as set")
{
  const Services services;
  const ScopedVariable set("LIMN_TEST_VARIABLE", "a value");
  CHECK(services.host().env("LIMN_TEST_VARIABLE") == "a value");
  const ScopedVariable empty("LIMN_TEST_VARIABLE", "");
  CHECK(services.host().env("LIMN_TEST_VARIABLE") == "");
  const ScopedVariable unset("LIMN_TEST_VARIABLE", nullptr);
  CHECK(!services.host().env("LIMN_TEST_VARIABLE"));
  CHECK(!services.host().env(""));
  CHECK(!services.host().env("A=B"));
  CHECK(!services.host().env(std::string_view("PATH\0X", 6)));
}

TEST_CASE("a file is read whole, by its absolute path or below the home folder")
{
  const Services services;
  const ScratchFolder folder;
  const ScopedVariable home("HOME", folder.path().c_str());
  const std::string content = std::string("key: x\0y\n", 9) + std::string(200'000, 'z');
  write_file(folder / "config.yaml", content);
  CHECK(services.host().read_file((folder / "config.yaml").string(), content.size()) == content);
  CHECK(services.host().read_file("~/config.yaml", content.size()) == content);
  write_file(folder / "empty", "");
  CHECK(services.host().read_file("~/empty", 0) == "");
}

TEST_CASE("a file that is not there is no failure")
{
  const Services services;
  const ScratchFolder folder;
  write_file(folder / "file", "x");
  CHECK(!services.host().read_file((folder / "gone").string(), 10));
  CHECK(!services.host().read_file((folder / "file/below").string(), 10));
  const ScopedVariable home("HOME", nullptr);
  CHECK(!services.host().read_file("~/config.yaml", 10));

  // The contract says it with a status and one report.
  const auto& files = services.get<limn_files_v1>(LIMN_SERVICE_FILES);
  int reports = 0;
  const limn_error_sink errors{sizeof(limn_error_sink), 0, &reports,
                               [](void* context, const limn_error* error) {
                                 ++*static_cast<int*>(context);
                                 CHECK(error->status == LIMN_NOT_FOUND);
                               }};
  std::string content;
  CHECK(files.read(files.context, LIMN_STR("/gone/file"), 10, sdk::into(content), &errors)
        == LIMN_NOT_FOUND);
  CHECK(reports == 1);
}

TEST_CASE("what a plugin looked at is known by its name, and nothing of what it found")
{
  Services services;
  ::setenv("LIMN_TEST_SET", "a value of the test", 1);
  ::unsetenv("LIMN_TEST_UNSET");
  services.host().env("LIMN_TEST_SET");
  services.host().env("LIMN_TEST_UNSET");
  services.host().env("LIMN_TEST_UNSET");
  services.host().read_file("/nonexistent/file", 10);
  CHECK(refusal(services, "/", 10).status != LIMN_OK);
  const auto looked = services.services.take_looked_at();
  using Found = LookedAt::Found;
  REQUIRE(looked.size() == 4);
  CHECK(looked[0].name == "LIMN_TEST_SET");
  CHECK(looked[0].found == Found::something);
  CHECK(looked[1].name == "LIMN_TEST_UNSET");
  CHECK(looked[1].found == Found::nothing);
  CHECK(looked[2].kind == LookedAt::Kind::file);
  CHECK(looked[2].name == "/nonexistent/file");
  CHECK(looked[2].found == Found::nothing);
  CHECK(looked[3].found == Found::unreadable);
  CHECK(services.services.take_looked_at().empty());
  for (int i = 0; i < 1000; ++i) {
    services.host().env("LIMN_TEST_" + std::to_string(i));
  }
  CHECK(services.services.take_looked_at().size() == 256);
}

TEST_CASE("the files of a folder are listed by the end of their names")
{
  Services services;
  const ScratchFolder folder;
  const ScopedVariable home("HOME", folder.path().c_str());
  for (const auto* name : {"c/b.json", "c/a.json", "c/.hidden.json", "c/x.yaml", "c/d.json/e"}) {
    write_file(folder / name, "x");
  }
  fs::create_symlink(folder / "c/x.yaml", folder / "c/link.json");
  fs::create_symlink(folder / "gone", folder / "c/gone.json");
  using Names = std::vector<std::string>;
  CHECK(services.host().list_files("~/c", ".json") == Names{"a.json", "b.json", "link.json"});
  CHECK(services.host().list_files((folder / "c").string(), ".yaml") == Names{"x.yaml"});
  CHECK(services.host().list_files("~/none", ".json").empty());
  CHECK(services.host().list_files("~/c/a.json", ".json").empty());
  CHECK_THROWS_AS(services.host().list_files("c", ".json"), sdk::Failure);
  for (int i = 0; i < 300; ++i) {
    write_file(folder / ("many/" + std::to_string(i) + ".json"), "");
  }
  CHECK(services.host().list_files("~/many", ".json").size() == 256);

  const auto looked_at = services.services.take_looked_at();
  REQUIRE(!looked_at.empty());
  CHECK(looked_at[0].name == "~/c/*.json");
  CHECK(looked_at[0].found == LookedAt::Found::something);
  CHECK(looked_at[2].found == LookedAt::Found::nothing);

  // A host of minor 0 has no such function.
  auto files = services.get<limn_files_v1>(LIMN_SERVICE_FILES);
  files.struct_size = offsetof(limn_files_v1, list);
  limn_host old = *services.services.host();
  old.context = &files;
  old.get_service = [](const limn_host* host, limn_str id) -> const void* {
    return sdk::from_abi(id) == LIMN_SERVICE_FILES ? host->context : nullptr;
  };
  CHECK(sdk::Host(&old).list_files("~/c", ".json").empty());
  CHECK(sdk::Host(&old).read_file("~/c/a.json", 10) == "x");
}

TEST_CASE("a file that is larger than asked for is refused")
{
  const Services services;
  const ScratchFolder folder;
  write_file(folder / "file", "0123456789");
  const auto path = (folder / "file").string();
  CHECK(services.host().read_file(path, 10) == "0123456789");
  const auto failure = refusal(services, path, 9);
  CHECK(failure.status == LIMN_SETTINGS);
  CHECK(failure.message == path + " has 10 bytes, more than 9");
  // The size of such a file is not known before it is read.
  CHECK(refusal(services, "/proc/self/status", 9).message
        == "/proc/self/status has more than 9 bytes");
}

TEST_CASE("a file that others can write is refused with the command that helps")
{
  const Services services;
  const ScratchFolder folder;
  write_file(folder / "file", "x");
  const auto path = (folder / "file").string();
  for (const ::mode_t mode : {0620, 0602}) {
    REQUIRE(::chmod(path.c_str(), mode) == 0);
    const auto failure = refusal(services, path);
    CHECK(failure.status == LIMN_SETTINGS);
    CHECK(failure.message == "other users may write to " + path);
    CHECK(failure.hint == "chmod go-w '" + path + "'");
  }
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  CHECK(services.host().read_file(path, 10) == "x");
}

TEST_CASE("what is no file of a known place is refused")
{
  const Services services;
  const ScratchFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(refusal(services, (folder / "pipe").string()).message
        == (folder / "pipe").string() + " is not a regular file");
  CHECK(refusal(services, folder.path().string()).message
        == folder.path().string() + " is not a regular file");
  CHECK(refusal(services, "relative").message
        == "relative cannot be read: its path is not absolute");
  CHECK(refusal(services, "").status == LIMN_SETTINGS);
  CHECK(refusal(services, std::string("/etc/x\0y", 8)).status == LIMN_SETTINGS);
  CHECK(refusal(services, "~root/x").status == LIMN_SETTINGS);
}

TEST_CASE("what a plugin's sink throws does not travel through the host")
{
  const Services services;
  const ScratchFolder folder;
  write_file(folder / "file", "x");
  const auto& files = services.get<limn_files_v1>(LIMN_SERVICE_FILES);
  const limn_str_sink throws{nullptr, [](void*, limn_str) { throw std::bad_alloc(); }};
  sdk::ErrorCatcher errors;
  const auto path = (folder / "file").string();
  CHECK(files.read(files.context, to_abi(path), 10, throws, errors.sink()) == LIMN_INTERNAL);
  CHECK(files.read(files.context, to_abi(path), 10, {nullptr, nullptr}, errors.sink())
        == LIMN_INTERNAL);
  CHECK(files.read(files.context, {nullptr, 4}, 10, throws, nullptr) == LIMN_INTERNAL);

  const ScopedVariable set("LIMN_TEST_VARIABLE", "a value");
  const auto& env = services.get<limn_env_v1>(LIMN_SERVICE_ENV);
  CHECK(env.get(env.context, LIMN_STR("LIMN_TEST_VARIABLE"), throws) == 0);
}

TEST_CASE("the clocks tell the time of this machine")
{
  const Services services;
  const auto& clock = services.get<limn_clock_v1>(LIMN_SERVICE_CLOCK);
  const auto now = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
  };
  const auto before = now();
  const auto told = clock.unix_ms(clock.context);
  CHECK(told >= before);
  CHECK(told <= now());
  const auto first = clock.steady_ms(clock.context);
  CHECK(clock.steady_ms(clock.context) >= first);
}

TEST_CASE("the classifier tells failures from answers, with the words of the user")
{
  RecordingLog log;
  const HostServices services(
    log, {{FailureWord::Where::message, "the cupboard is bare", FailureClass::billing, 0}});
  const sdk::Host host(services.host());
  limn_event event{};
  event.struct_size = sizeof event;
  event.kind = LIMN_EVENT_MESSAGE;
  event.http_status = 200;
  event.content = LIMN_STR(R"({"data":[]})");
  CHECK_NOTHROW(host.throw_if_failure(event));

  event.http_status = 500;
  event.content = LIMN_STR(R"({"error":{"message":"The server had an error"}})");
  try {
    host.throw_if_failure(event);
    FAIL("a failure was taken for an answer");
  } catch (const sdk::Failure& failure) {
    CHECK(failure.status == LIMN_SERVER);
    CHECK(failure.message != "");
  }

  event.content = LIMN_STR(R"({"error":{"message":"Sorry, the cupboard is bare today"}})");
  try {
    host.throw_if_failure(event);
    FAIL("a failure was taken for an answer");
  } catch (const sdk::Failure& failure) {
    CHECK(failure.status == LIMN_BILLING);
  }
}

TEST_CASE("a plugin that misuses the classifier is told so")
{
  const Services services;
  const auto& classifier = services.get<limn_classify_v1>(LIMN_SERVICE_CLASSIFY);
  const auto reports_of = [&](const limn_answer* answer) {
    std::string message;
    const limn_error_sink errors{
      sizeof(limn_error_sink), 0, &message, [](void* context, const limn_error* error) {
        *static_cast<std::string*>(context) += sdk::from_abi(error->message);
      }};
    CHECK(classifier.classify(classifier.context, answer, &errors) == LIMN_INTERNAL);
    return message;
  };
  CHECK(reports_of(nullptr)
        == "the plugin gave an answer that is smaller than limn_answer of contract 1.0");
  limn_answer answer{};
  answer.struct_size = sizeof answer;
  answer.content = {nullptr, 3};
  CHECK(reports_of(&answer) == "the plugin gave an answer with a size but without data");
  answer.content = {};
  answer.header_count = 2;
  CHECK(reports_of(&answer) == "the plugin gave 2 headers, but no array");
}
