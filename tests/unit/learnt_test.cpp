#include "base/digest.hpp"
#include "child_process.hpp"
#include "fresh_folder.hpp"
#include "memory/learnt.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using namespace limn::test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using Kind = Fact::Kind;

// Whole seconds: that is what the file keeps. The real time, since `save` drops what has expired.
const Fact::Time k_now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

Gateway gateway(std::string base_url = "https://gw.example/v1",
                std::string_view key = "sk-123456789")
{
  Gateway result;
  result.base_url = std::move(base_url);
  result.key = Secret(key);
  result.id = limn::gateway_id(result);
  return result;
}

Fact fact(Kind kind, std::string subject = "", std::string value = "",
          Fact::Time expires = k_now + 1h)
{
  return {kind, std::move(subject), std::move(value), expires};
}

Learnt load(const fs::path& file)
{
  std::string warning;
  auto learnt = Learnt::load(file, warning);
  CHECK(warning.empty());
  return learnt;
}

// "kind subject value", one for each.
std::vector<std::string> told(const Learnt& learnt, const Gateway& about, Fact::Time now = k_now)
{
  std::vector<std::string> lines;
  for (const auto& known : learnt.facts(about, now)) {
    lines.push_back(std::string(to_string(known.kind)) + " " + known.subject + " " + known.value);
  }
  return lines;
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("what was learnt is there for the next run")
{
  const FreshFolder folder;
  const auto file = folder.path() / "state" / "limn" / "learnt.json"; // its folder is made
  const auto other = gateway("https://other.example/v1");
  auto learnt = load(file);
  learnt.learn(gateway(), fact(Kind::model_listed, "gpt-image-2", "openai/gpt-image-2"));
  learnt.learn(gateway(), fact(Kind::works, "openai_images", "", k_now + 100s));
  learnt.learn(other, fact(Kind::no_list));
  CHECK(!fs::exists(file)); // in memory until it is saved
  REQUIRE(learnt.synchronize());

  const auto again = load(file);
  CHECK(told(again, gateway())
        == Lines{"model_listed gpt-image-2 openai/gpt-image-2", "works openai_images "});
  CHECK(told(again, other) == Lines{"no_list  "});
  CHECK(again.facts(gateway(), k_now).at(1).expires == k_now + 100s);
  CHECK(again.value(gateway(), Kind::model_listed, "gpt-image-2", k_now) == "openai/gpt-image-2");
  CHECK(!again.value(gateway(), Kind::model_listed, "dall-e-3", k_now));
  CHECK(!again.value(gateway(), Kind::base_url, "", k_now));
  CHECK(again.has(other, Kind::no_list, "", "", k_now));
  CHECK(!again.has(gateway(), Kind::no_list, "", "", k_now));
}

TEST_CASE("a memory without a file learns for its own time, and has nothing to write")
{
  std::string warning;
  auto learnt = Learnt::load({}, warning);
  learnt.learn(gateway(), fact(Kind::works, "openai_images"));
  CHECK(learnt.has(gateway(), Kind::works, "openai_images", "", k_now));
  CHECK(learnt.synchronize());
  CHECK(warning.empty());
}

TEST_CASE("every kind of fact survives the file, whatever is in it")
{
  const FreshFolder folder;
  const auto file = folder.path() / "learnt.json";
  const std::string odd = "a \"quoted\" \\ back\nline, 猫, \xff and \x01";
  const std::vector<Kind> kinds{
    Kind::base_url,         Kind::model_listed, Kind::no_list,           Kind::billing,
    Kind::endpoint_missing, Kind::size_refused, Kind::parameter_refused, Kind::works};
  auto learnt = load(file);
  for (const auto kind : kinds) {
    learnt.learn(gateway(), fact(kind, odd, odd));
  }
  REQUIRE(learnt.synchronize());
  const auto again = load(file);
  for (const auto kind : kinds) {
    CAPTURE(to_string(kind));
    CHECK(again.has(gateway(), kind, odd, odd, k_now));
  }
}

TEST_CASE("a gateway is told by base URL and key")
{
  const FreshFolder folder;
  const auto file = folder.path() / "learnt.json";
  auto learnt = load(file);
  learnt.learn(gateway(), fact(Kind::billing));
  REQUIRE(learnt.synchronize());
  const auto again = load(file);
  CHECK(again.has(gateway(), Kind::billing, "", "", k_now));
  CHECK(
    !again.has(gateway("https://gw.example/v1", "sk-another-key"), Kind::billing, "", "", k_now));
  CHECK(!again.has(gateway("https://gw.example/v2"), Kind::billing, "", "", k_now));
  CHECK(!again.has(gateway("https://gw.example/v1", ""), Kind::billing, "", "", k_now));
}

TEST_CASE("the file holds fingerprints and no keys, and is for its owner alone")
{
  const FreshFolder folder;
  const auto file = folder.path() / "learnt.json";
  auto learnt = load(file);
  learnt.learn(gateway(), fact(Kind::works, "x"));
  const auto mask = ::umask(0);
  REQUIRE(learnt.synchronize());
  ::umask(mask);
  const auto text = content_of(file);
  CHECK(text.find("sk-123456789") == std::string::npos);
  CHECK(text.find(fingerprint(gateway().key)) != std::string::npos);
  CHECK((fs::status(file).permissions() & fs::perms::mask)
        == (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("a fact is good until it expires, and then leaves the file")
{
  const FreshFolder folder;
  const auto file = folder.path() / "learnt.json";
  auto learnt = load(file);
  learnt.learn(gateway(), fact(Kind::billing, "", "", k_now + 10s));
  CHECK(learnt.has(gateway(), Kind::billing, "", "", k_now + 9s));
  CHECK(!learnt.has(gateway(), Kind::billing, "", "", k_now + 10s));
  CHECK(told(learnt, gateway(), k_now + 1h).empty());

  const auto stale = gateway("https://stale.example/v1");
  learnt.learn(stale, fact(Kind::billing, "", "", k_now - 1s));
  REQUIRE(learnt.synchronize());
  CHECK(content_of(file).find("stale.example") == std::string::npos);
  CHECK(told(load(file), stale, k_now - 1h).empty());
}

TEST_CASE("facts of most kinds replace each other, refusals collect")
{
  const FreshFolder folder;
  auto learnt = load(folder.path() / "learnt.json");
  const auto about = gateway();
  learnt.learn(about, fact(Kind::model_listed, "m", "old"));
  learnt.learn(about, fact(Kind::model_listed, "n", "other"));
  learnt.learn(about, fact(Kind::model_listed, "m", "new"));
  learnt.learn(about, fact(Kind::billing, "", "", k_now + 1s));
  learnt.learn(about, fact(Kind::billing, "", "", k_now + 1h));
  for (const auto* size : {"2048x1024", "4096x4096", "2048x1024"}) {
    learnt.learn(about, fact(Kind::size_refused, "openai_images", size));
  }
  learnt.learn(about, fact(Kind::size_refused, "responses_api", "2048x1024"));
  for (const auto* parameter : {"quality", "moderation", "quality"}) {
    learnt.learn(about, fact(Kind::parameter_refused, "openai_images", parameter));
  }
  const Lines expected{"model_listed n other",
                       "model_listed m new",
                       "billing  ",
                       "size_refused openai_images 4096x4096",
                       "size_refused openai_images 2048x1024",
                       "size_refused responses_api 2048x1024",
                       "parameter_refused openai_images moderation",
                       "parameter_refused openai_images quality"};
  CHECK(told(learnt, about) == expected);
  CHECK(learnt.has(about, Kind::billing, "", "", k_now + 30min));
  REQUIRE(learnt.synchronize());
  CHECK(told(load(folder.path() / "learnt.json"), about) == expected);
}

TEST_CASE("what is forgotten is counted and gone, and the rest stays")
{
  const FreshFolder folder;
  const auto file = folder.path() / "learnt.json";
  const auto other = gateway("https://other.example/v1");
  auto learnt = load(file);
  learnt.learn(gateway(), fact(Kind::works, "a"));
  learnt.learn(gateway(), fact(Kind::billing));
  learnt.learn(other, fact(Kind::works, "b"));
  REQUIRE(learnt.synchronize());

  auto second = load(file);
  CHECK(second.forget(gateway()) == 2);
  CHECK(second.forget(gateway()) == 0);
  CHECK(second.forget(gateway("https://unknown.example/v1")) == 0);
  REQUIRE(second.synchronize());
  CHECK(told(load(file), gateway()).empty());
  CHECK(told(load(file), other) == Lines{"works b "});

  auto third = load(file);
  third.learn(gateway(), fact(Kind::works, "c"));
  CHECK(third.forget_all() == 2);
  third.learn(other, fact(Kind::works, "d")); // learnt after that, so it stays
  REQUIRE(third.synchronize());
  CHECK(told(load(file), gateway()).empty());
  CHECK(told(load(file), other) == Lines{"works d "});
}

TEST_CASE("an absent file is an empty memory, and nothing learnt writes none")
{
  const FreshFolder folder;
  const auto file = folder.path() / "state" / "learnt.json";
  auto learnt = load(file);
  CHECK(told(learnt, gateway()).empty());
  REQUIRE(learnt.synchronize());
  CHECK(!fs::exists(folder.path() / "state"));
}

TEST_CASE("a damaged file is an empty memory with a warning that names it, and is replaced by the "
          "next save")
{
  const FreshFolder folder;
  for (const std::string_view text : {"", "{", "[]", "null", "{\"version\":1}", "{\"gateways\":[]}",
                                      "\x89PNG\r\n", "{\"gateways\":{\"a\":[{]}}"}) {
    CAPTURE(text);
    const auto file = folder.write("learnt.json", text);
    std::string warning;
    auto learnt = Learnt::load(file, warning);
    CHECK(warning.find(file.string()) != std::string::npos);
    CHECK(told(learnt, gateway()).empty());
    learnt.learn(gateway(), fact(Kind::works, "x"));
    REQUIRE(learnt.synchronize());
    CHECK(told(load(file), gateway()) == Lines{"works x "});
  }
}

TEST_CASE("facts that are none are skipped, the others stay")
{
  const FreshFolder folder;
  const auto name = gateway().base_url + " " + fingerprint(gateway().key);
  const auto expires = std::to_string(std::chrono::system_clock::to_time_t(k_now + 1h));
  const auto file =
    folder.write("learnt.json", R"({"version":1,"more":true,"gateways":{"x":7,")" + name + R"(":[
    3, null, [], {}, {"kind":"works"}, {"kind":"works","expires":"soon"}, {"kind":"works","expires":1.5},
    {"kind":7,"expires":)" + expires
                                  + R"(}, {"kind":"unheard_of","expires":)" + expires + R"(},
    {"kind":"works","subject":"far","expires":23446744073},
    {"kind":"works","expires":9223372036854775807}, {"kind":"works","expires":-9223372036854775808},
    {"kind":"works","subject":[],"value":7,"expires":)"
                                  + expires + R"(},
    {"kind":"works","subject":"good","value":"","expires":)"
                                  + expires + "}]}}");
  CHECK(told(load(file), gateway()) == Lines{"works  ", "works good "});
}

TEST_CASE("a file of unreasonable size is not read")
{
  const FreshFolder folder;
  const auto file =
    folder.write("learnt.json", R"({"gateways":{}})" + std::string(5 * 1024 * 1024, ' '));
  std::string warning;
  const auto learnt = Learnt::load(file, warning);
  CHECK(!warning.empty());
}

TEST_CASE("a memory that cannot be written is said with the file's name, and what was learnt stays")
{
  const FreshFolder folder;
  const auto blocked = folder.write("file", "") / "learnt.json";
  auto learnt = load(blocked);
  learnt.learn(gateway(), fact(Kind::works, "x"));
  const auto saved = learnt.synchronize();
  REQUIRE(!saved);
  CHECK(saved.error().message.find(blocked.string()) != std::string::npos);
  CHECK(told(learnt, gateway()) == Lines{"works x "});
}

TEST_CASE("what others have saved meanwhile is kept")
{
  const FreshFolder folder;
  const auto file = folder.path() / "learnt.json";
  auto first = load(file);
  auto second = load(file);
  first.learn(gateway(), fact(Kind::works, "first"));
  first.learn(gateway(), fact(Kind::size_refused, "p", "1x1"));
  second.learn(gateway(), fact(Kind::size_refused, "p", "2x2"));
  second.learn(gateway("https://other.example/v1"), fact(Kind::works, "second"));
  REQUIRE(first.synchronize());
  REQUIRE(second.synchronize());
  CHECK(told(second, gateway())
        == Lines{"works first ", "size_refused p 1x1", "size_refused p 2x2"});
  CHECK(told(load(file), gateway()) == told(second, gateway()));
  CHECK(told(load(file), gateway("https://other.example/v1")) == Lines{"works second "});
}

TEST_CASE("what others learnt or forgot meanwhile is taken up, also by who has nothing to write")
{
  const FreshFolder folder;
  const auto file = folder.path() / "learnt.json";
  auto staying = load(file);
  auto other = load(file);
  other.learn(gateway(), fact(Kind::billing, ""));
  REQUIRE(other.synchronize());
  REQUIRE(staying.synchronize());
  CHECK(told(staying, gateway()) == Lines{"billing  "});
  other.forget(gateway());
  REQUIRE(other.synchronize());
  CHECK(told(staying, gateway()) == Lines{"billing  "});
  REQUIRE(staying.synchronize());
  CHECK(told(staying, gateway()).empty());
}

TEST_CASE("processes that save at once lose nothing")
{
  const FreshFolder folder;
  const auto file = folder.path() / "state" / "learnt.json";
  constexpr int k_processes = 6;
  constexpr int k_saves = 15;
  std::vector<pid_t> children;
  for (int process = 0; process < k_processes; ++process) {
    children.push_back(start_child([&file, process] {
      std::string warning;
      for (int i = 0; i < k_saves; ++i) {
        auto learnt = Learnt::load(file, warning);
        learnt.learn(gateway(),
                     fact(Kind::size_refused, std::to_string(process), std::to_string(i)));
        if (!learnt.synchronize()) {
          return 1;
        }
      }
      return warning.empty() ? 0 : 2; // nobody ever sees half a file
    }));
  }
  for (const auto child : children) {
    CHECK(exit_status_of(child) == 0);
  }
  const auto learnt = load(file);
  CHECK(learnt.facts(gateway(), k_now).size() == k_processes * k_saves);
  for (int process = 0; process < k_processes; ++process) {
    for (int i = 0; i < k_saves; ++i) {
      CHECK(learnt.has(gateway(), Kind::size_refused, std::to_string(process), std::to_string(i),
                       k_now));
    }
  }
}
