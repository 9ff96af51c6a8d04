#include "gateways/base_url.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace limn;

TEST_CASE("a base URL has one form")
{
  struct Row {
    std::string_view text;
    std::string_view normal;
  };
  for (const auto& row : std::vector<Row>{
         {"https://api.openai.com/v1", "https://api.openai.com/v1"},
         // A slash at the end, and blanks from a paste
         {"https://api.openai.com/v1/", "https://api.openai.com/v1"},
         {"https://api.openai.com/v1///", "https://api.openai.com/v1"},
         {"  https://api.openai.com/v1\r\n", "https://api.openai.com/v1"},
         {"\"https://host.example/v1\"", "https://host.example/v1"},
         {"'https://host.example/v1/'\n", "https://host.example/v1"},
         {"<https://host.example/v1>", "https://host.example/v1"},
         {"\xef\xbb\xbfhttps://host.example/v1\xe2\x80\x8b", "https://host.example/v1"},
         // No path
         {"https://host.example", "https://host.example/v1"},
         {"https://host.example/", "https://host.example/v1"},
         {"http://localhost:8080", "http://localhost:8080/v1"},
         {"http://[::1]:8080/", "http://[::1]:8080/v1"},
         // Doubled
         {"https://host.example/v1/v1", "https://host.example/v1"},
         {"https://host.example/v1/v1/v1/", "https://host.example/v1"},
         {"https://host.example/v1/v1/images/generations", "https://host.example/v1"},
         {"https://host.example/api/v1/v1", "https://host.example/api/v1"},
         {"https://host.example/v1/x/v1", "https://host.example/v1/x/v1"},
         // A whole endpoint pasted
         {"https://host.example/v1/images/generations", "https://host.example/v1"},
         {"https://host.example/v1/images/generations/", "https://host.example/v1"},
         {"https://host.example/v1/images/edits", "https://host.example/v1"},
         {"https://host.example/v1/images/variations", "https://host.example/v1"},
         {"https://host.example/v1/responses", "https://host.example/v1"},
         {"https://host.example/v1/chat/completions", "https://host.example/v1"},
         {"https://host.example/v1/completions", "https://host.example/v1"},
         {"https://host.example/v1/embeddings", "https://host.example/v1"},
         {"https://host.example/v1/models", "https://host.example/v1"},
         {"https://host.example/images/generations", "https://host.example/v1"},
         {"https://host.example/models", "https://host.example/v1"},
         {"https://host.example/api/paas/v4/images/generations",
          "https://host.example/api/paas/v4"},
         {"https://host.example/v1/models/responses", "https://host.example/v1"},
         // Kept as typed
         {"https://host.example/openai/v1", "https://host.example/openai/v1"},
         {"https://host.example/api/v1", "https://host.example/api/v1"},
         {"https://host.example/v1beta/openai", "https://host.example/v1beta/openai"},
         {"https://host.example/v1beta/openai/", "https://host.example/v1beta/openai"},
         {"https://host.example/api/paas/v4", "https://host.example/api/paas/v4"},
         {"https://host.example/compatible-mode/v1", "https://host.example/compatible-mode/v1"},
         {"https://host.example/inference", "https://host.example/inference"},
         {"https://host.example/my-models", "https://host.example/my-models"},
         // Azure
         {"https://r.openai.azure.com/openai/v1", "https://r.openai.azure.com/openai/v1"},
         {"https://r.openai.azure.com/openai/v1/", "https://r.openai.azure.com/openai/v1"},
         {"https://r.openai.azure.com/openai/deployments/mine",
          "https://r.openai.azure.com/openai/deployments/mine"},
         {"https://r.openai.azure.com/openai/deployments/mine/images/generations",
          "https://r.openai.azure.com/openai/deployments/mine"},
         // One spelling of the host and port; the path is the server's
         {"HTTPS://API.OpenAI.com:443/V1", "https://api.openai.com/V1"},
         {"https://host.example:8443/v1", "https://host.example:8443/v1"},
       }) {
    CAPTURE(row.text);
    const auto normal = normalised_base_url(row.text);
    REQUIRE(normal.has_value());
    CHECK(*normal == row.normal);
    CHECK(normalised_base_url(*normal).value() == *normal); // once is enough
  }
}

TEST_CASE("a base URL stays as it stands where a provider wants it so")
{
  for (const auto& one : std::vector<std::pair<std::string_view, std::string_view>>{
         {"https://r.openai.azure.com", "https://r.openai.azure.com"},
         {" https://R.openai.azure.com:443// ", "https://r.openai.azure.com"},
         {"<https://host.example/models/>", "https://host.example/models"},
         {"https://host.example/v1/v1", "https://host.example/v1/v1"}}) {
    CAPTURE(one.first);
    CHECK(bare_base_url(one.first).value() == one.second);
  }
  CHECK(!bare_base_url("https://host.example?key=x"));
  CHECK(!bare_base_url("https://me:pass@host.example"));
}

TEST_CASE("what is no base URL is refused, without showing what may be a secret")
{
  for (const std::string_view text :
       {"", "   ", "host.example/v1", "ftp://host.example/v1", "https://", "https:///v1", "/v1",
        "https://me:hunter2@host.example/v1", "https://hunter2@host.example/v1",
        "https://host.example/v1?key=hunter2",
        "https://r.openai.azure.com/openai/v1?api-version=hunter2",
        "https://host.example/v1#hunter2", "https://host example/v1", "${BASE_URL}"}) {
    CAPTURE(text);
    const auto normal = normalised_base_url(text);
    REQUIRE(!normal);
    CHECK(normal.error().failure_class == FailureClass::settings);
    CHECK(normal.error().message.find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a version in the path is seen")
{
  for (const std::string_view text :
       {"https://host.example/v1", "https://host.example/api/v1",
        "https://host.example/v1beta/openai", "https://host.example/api/paas/v4",
        "https://host.example/v10"}) {
    CAPTURE(text);
    CHECK(has_version(text));
  }
  for (const std::string_view text :
       {"https://host.example/api", "https://host.example/inference", "https://host.example/v",
        "https://host.example/vision", "https://host.example/v1/a/b",
        "https://host.example/openai/deployments/mine", "https://v2.host.example/api",
        "https://v1/", "https://v0.host.example", "no URL", ""}) {
    CAPTURE(text);
    CHECK(!has_version(text));
  }
}

TEST_CASE("a gateway is named after its host")
{
  CHECK(host_of("https://api.openai.com/v1") == "api.openai.com");
  CHECK(host_of("http://localhost:8080/v1") == "localhost");
  CHECK(host_of("http://[::1]:8080/v1") == "[::1]");
}

TEST_CASE("what is no base URL is shown without what may be a secret")
{
  struct Row {
    std::string_view text;
    std::string_view shown;
  };
  for (const auto& row : std::vector<Row>{
         {"host.example/v1", "host.example/v1"},
         {"https://me:hunter2@host.example/v1", "host.example/v1"},
         {"https://me:hunter2@really@host.example/v1", "host.example/v1"},
         {"me:hunter2@host.example", "host.example"},
         {"https://host.example/v1?key=hunter2", "https://host.example/v1"},
         {"https://host.example/v1#hunter2", "https://host.example/v1"},
         {"https://me:hun?ter2@host.example/v1", "host.example/v1"},
         {"hunter2@", ""},
         {"", ""},
       }) {
    CAPTURE(row.text);
    CHECK(without_credentials(row.text) == row.shown);
  }
  CHECK(host_of("https://me:hunter2@host.example/v1") == "host.example/v1");
}
