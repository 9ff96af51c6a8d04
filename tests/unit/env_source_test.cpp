#include "config_sources/env/env_source.hpp"
#include "plugin_doubles.hpp"

#include <doctest/doctest.h>

namespace env_source_test {

namespace {

using limn::test::FakeHost;
using limn::test::Pairs;

constexpr auto k_source =
  limn::sdk::config_source<limn::env_source::EnvSource>("env", "Environment", "test");

struct Expected {
  std::string name, base_url, api_key, origin, problem;
};

struct Case {
  const char* what;
  Pairs variables;
  std::vector<Expected> gateways;
};

} // namespace

TEST_CASE("env: a key is paired with the URL of the same scope and with no other")
{
  const std::string openai = "https://api.openai.com/v1";
  const Case cases[] = {
    {"nothing set", {}, {}},
    {"URL and key",
     {{"OPENAI_BASE_URL", "https://a/v1"}, {"OPENAI_API_KEY", "k1"}},
     {{"openai", "https://a/v1", "k1", "env:OPENAI_BASE_URL", ""}}},
    {"a key alone means api.openai.com",
     {{"OPENAI_API_KEY", "k1"}},
     {{"openai", openai, "k1", "env:OPENAI_API_KEY", ""}}},
    {"an empty URL counts as unset",
     {{"OPENAI_BASE_URL", ""}, {"OPENAI_API_KEY", "k1"}},
     {{"openai", openai, "k1", "env:OPENAI_API_KEY", ""}}},
    {"a URL without a key is shown with what is missing",
     {{"OPENAI_BASE_URL", "https://a/v1"}},
     {{"openai", "https://a/v1", "", "env:OPENAI_BASE_URL", "OPENAI_API_KEY is not set"}}},
    {"an empty key counts as unset",
     {{"OPENAI_BASE_URL", "https://a/v1"}, {"OPENAI_API_KEY", " \n"}},
     {{"openai", "https://a/v1", "", "env:OPENAI_BASE_URL", "OPENAI_API_KEY is not set"}}},
    {"the old name of the URL counts",
     {{"OPENAI_API_BASE", "https://old/v1"}, {"OPENAI_API_KEY", "k1"}},
     {{"openai", "https://old/v1", "k1", "env:OPENAI_API_BASE", ""}}},
    {"the new name wins",
     {{"OPENAI_API_BASE", "https://old/v1"},
      {"OPENAI_BASE_URL", "https://a/v1"},
      {"OPENAI_API_KEY", "k1"}},
     {{"openai", "https://a/v1", "k1", "env:OPENAI_BASE_URL", ""}}},
    {"line breaks around a value are no part of it",
     {{"OPENAI_BASE_URL", " https://a/v1\n"}, {"OPENAI_API_KEY", "k1\r\n"}},
     {{"openai", "https://a/v1", "k1", "env:OPENAI_BASE_URL", ""}}},
    {"both, OpenAI first",
     {{"CLAWTO_BASE_URL", "https://c/v1"},
      {"CLAWTO_API_KEY", "k2"},
      {"OPENAI_BASE_URL", "https://a/v1"},
      {"OPENAI_API_KEY", "k1"}},
     {{"openai", "https://a/v1", "k1", "env:OPENAI_BASE_URL", ""},
      {"clawto", "https://c/v1", "k2", "env:CLAWTO_BASE_URL", ""}}},
    {"the other scope's key is not borrowed",
     {{"CLAWTO_BASE_URL", "https://c/v1"}, {"OPENAI_API_KEY", "k1"}},
     {{"openai", openai, "k1", "env:OPENAI_API_KEY", ""},
      {"clawto", "https://c/v1", "", "env:CLAWTO_BASE_URL", "CLAWTO_API_KEY is not set"}}},
  };
  for (const auto& expected : cases) {
    CAPTURE(expected.what);
    FakeHost host;
    host.variables.insert(expected.variables.begin(), expected.variables.end());
    const auto found = limn::test::collect(k_source, host);
    CHECK(found.complaint.count == 0);
    REQUIRE(found.gateways.size() == expected.gateways.size());
    for (std::size_t i = 0; i < found.gateways.size(); ++i) {
      CHECK(found.gateways[i].name == expected.gateways[i].name);
      CHECK(found.gateways[i].base_url == expected.gateways[i].base_url);
      CHECK(found.gateways[i].api_key == expected.gateways[i].api_key);
      CHECK(found.gateways[i].origin == expected.gateways[i].origin);
      CHECK(found.gateways[i].problem == expected.gateways[i].problem);
    }
  }
}

TEST_CASE("env: CLAWTO_API_KEY without a URL goes nowhere, and the log says so without the key")
{
  FakeHost host;
  host.variables = {{"CLAWTO_API_KEY", "secret-value"}};
  CHECK(limn::test::collect(k_source, host).gateways.empty());
  REQUIRE(host.log.size() == 1);
  CHECK(host.log[0].find("CLAWTO_BASE_URL") != std::string::npos);
  CHECK(host.log[0].find("secret-value") == std::string::npos);
}

TEST_CASE("env: organisation and project go to the OpenAI gateway only")
{
  FakeHost host;
  host.variables = {{"OPENAI_API_KEY", "k1"},
                    {"OPENAI_ORG_ID", "org-1"},
                    {"OPENAI_PROJECT_ID", "proj-1"},
                    {"CLAWTO_BASE_URL", "https://c/v1"},
                    {"CLAWTO_API_KEY", "k2"}};
  const auto found = limn::test::collect(k_source, host);
  REQUIRE(found.gateways.size() == 2);
  CHECK(found.gateways[0].headers
        == Pairs{{"OpenAI-Organization", "org-1"}, {"OpenAI-Project", "proj-1"}});
  CHECK(found.gateways[1].headers.empty());
}

TEST_CASE("env: stops when the host wants no more, and finds nothing without services")
{
  FakeHost host;
  host.variables = {
    {"OPENAI_API_KEY", "k1"}, {"CLAWTO_BASE_URL", "https://c/v1"}, {"CLAWTO_API_KEY", "k2"}};
  CHECK(limn::test::collect(k_source, host, {}, 1).gateways.size() == 1);
  host.offers_services = false;
  const auto found = limn::test::collect(k_source, host);
  CHECK(found.gateways.empty());
  CHECK(found.complaint.count == 0);
}

TEST_CASE("env: a setting that it does not know is an error")
{
  const FakeHost host;
  const auto found = limn::test::collect(k_source, host, {{"prefix", "X"}});
  CHECK(found.complaint.status == LIMN_SETTINGS);
  CHECK(found.complaint.message == "env has no setting 'prefix'");
}

} // namespace env_source_test
