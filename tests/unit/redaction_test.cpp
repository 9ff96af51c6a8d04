#include "codec/base64.hpp"
#include "codec/redaction.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <span>

using limn::Redactor;
using limn::Secret;

namespace {

Redactor knowing(std::string_view key)
{
  Redactor redactor;
  redactor.add(Secret(key));
  return redactor;
}

} // namespace

TEST_CASE("a known key is taken out in every spelling")
{
  const auto redactor = knowing("my+secret/key=");
  CHECK(redactor.redact("my+secret/key=") == "[redacted]");
  CHECK(redactor.redact("a my+secret/key= b my+secret/key= c") == "a [redacted] b [redacted] c");
  CHECK(redactor.redact("?key=my%2Bsecret%2Fkey%3D&x") == "?key=[redacted]&x");
  CHECK(redactor.redact("?key=my%2bsecret%2fkey%3d&x") == "?key=[redacted]&x");
  CHECK(redactor.redact(R"("my+secret\/key=")") == R"("[redacted]")");
  CHECK(redactor.redact("<bXkrc2VjcmV0L2tleT0=>") == "<[redacted]>");
  CHECK(redactor.redact("my+secret") == "my+secret");
}

TEST_CASE(
  "a key whose characters are themselves escapes is taken out in every mixture of spellings")
{
  const std::string key = R"(ab%25c\d\"e/f)";
  const auto redactor = knowing(key);
  for (const std::string_view spelling : {
         R"(ab%25c\d\"e/f)",
         R"(ab%25c\\d\\\"e\/f)",
         "ab%2525c%5cd%5C%22e%2Ff",
         "%61%62%25%32%35%63%5c%64%5c%22%65%2f%66",
         R"(\u0061b%25c\\d\\\u0022e/f)",
       }) {
    CHECK(redactor.redact("<" + std::string(spelling) + ">") == "<[redacted]>");
  }
}

TEST_CASE("the head of a key that a cut message ends with is taken out, and a short one is not")
{
  const auto redactor = knowing("0123456789abcdefghij");
  CHECK(redactor.redact("key 0123456789ab") == "key [redacted]");
  CHECK(redactor.redact("key 0123456789a") == "key 0123456789a");
  CHECK(redactor.redact("key %30123456789abc\xE2\x80\xA6") == "key [redacted]");
}

TEST_CASE("a key within base64 is taken out wherever it stands in what was encoded")
{
  const std::string key = "sk/key+that?is>long";
  const auto redactor = knowing(key);
  for (const std::string before : {"", "x", "xy", "Bearer ", "user:"}) {
    for (const std::string after : {"", "z", "zz"}) {
      const auto all = before + key + after;
      auto text = limn::base64_encode(std::as_bytes(std::span(all)));
      CHECK(redactor.redact("<" + text + ">") == "<[redacted]>");
      std::replace(text.begin(), text.end(), '+', '-');
      std::replace(text.begin(), text.end(), '/', '_');
      CHECK(redactor.redact("<" + text + ">") == "<[redacted]>");
    }
  }
}

TEST_CASE("a known key is taken out of JSON, which escapes quotes and backslashes in it")
{
  const auto redactor = knowing(R"(se"cret\key/1)");
  CHECK(redactor.redact(R"({"x":"se\"cret\\key/1"})") == R"({"x":"[redacted]"})");
  CHECK(redactor.redact(R"({"x":"se\"cret\\key\/1"})") == R"({"x":"[redacted]"})");
}

TEST_CASE("a known key is taken out when a service shows its ends")
{
  const auto redactor = knowing("gateway-key-abcdefghijklm-xyz");
  CHECK(redactor.redact("wrong key: gateway****************-xyz!") == "wrong key: [redacted]!");
  CHECK(redactor.redact("wrong key: gateway...yz") == "wrong key: [redacted]");
  CHECK(redactor.redact("wrong key: gateway-k…m-xyz.") == "wrong key: [redacted].");
  CHECK(redactor.redact("wrong key: gateway-k••••m-xyz.") == "wrong key: [redacted].");
  CHECK(redactor.redact("wait... gateway... ok") == "wait... gateway... ok");
  CHECK(redactor.redact("gateway***other") == "gateway***other");
}

TEST_CASE("several keys, also overlapping ones, leave nothing behind")
{
  Redactor redactor;
  redactor.add(Secret("abcdefghij"));
  redactor.add(Secret("fghijklmno"));
  CHECK(redactor.redact("-abcdefghijklmno-") == "-[redacted]-");
}

TEST_CASE("a key too short to be told from a word is left alone")
{
  CHECK(knowing("a").redact("a banana") == "a banana");
  CHECK(knowing("").redact("a banana") == "a banana");
  CHECK(knowing("none").redact("none of these") == "none of these");
}

TEST_CASE("what looks like a key is taken out though nobody knows it")
{
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"key sk-proj-abcDEF123456.", "key [redacted]."},
    {"TokenStatusExhausted[sk-abc***xyz]", "TokenStatusExhausted[[redacted]]"},
    {"Incorrect API key provided: sk-abcde********wxyz. See",
     "Incorrect API key provided: [redacted]. See"},
    {"Authorization: Bearer abc123def456", "Authorization: Bearer [redacted]"},
    {"authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"},
    {"Authorization: 0123456789abcdef", "Authorization: [redacted]"},
    {R"({"Authorization":"Bearer abc123def456","x":1})",
     R"({"Authorization":"Bearer [redacted]","x":1})"},
    {R"({\"api_key\": \"abc123def456\"})", R"({\"api_key\": \"[redacted]\"})"},
    {"api-key: abc123def456\nnext", "api-key: [redacted]\nnext"},
    {"x-api-key=abc123def456&y", "x-api-key=[redacted]&y"},
    {"?key=AIzaSyA1234567890123456789012345678901", "?key=[redacted]"},
    {"BEARER eyJhbGciOi.eyJzdWIi.abc-_1", "BEARER [redacted]"},
  };
  for (const auto& [text, expected] : rows) {
    CHECK(Redactor().redact(text) == expected);
  }
}

TEST_CASE("ordinary text stays as it is")
{
  const std::string_view texts[] = {
    "",
    "task-oriented risk-1234567890",
    "Bearer authentication is required",
    "the bearer of bad news",
    "Authorization: required",
    "invalid_api_key: Incorrect API key provided",
    "api key missing. Use an Authorization header",
    "sk-",
    "sk-learn",
    "a *** b ... c",
    "gpt-image-2-2026-04-21 on https://gw.example/v1/images/generations",
    "xai-grok-2-image",
    "余额不足…请充值",
  };
  for (const auto text : texts) {
    CHECK(Redactor().redact(text) == text);
  }
}

TEST_CASE("only known keys go where lookalikes are to stay")
{
  const auto redactor = knowing("acme-key-0123456789");
  CHECK(redactor.redact_known("acme-key-0123456789 and sk-proj-abcdefghijklmnop1234")
        == "[redacted] and sk-proj-abcdefghijklmnop1234");
  CHECK(redactor.redact_known(R"(\u0061cme-key-0123456789)") == "[redacted]");
  CHECK(redactor.redact_known("YWNtZS1rZXktMDEyMzQ1Njc4OQ==") == "[redacted]");
  CHECK(redactor.redact_known("acme-k...6789 of https://user:word@host/")
        == "acme-k...6789 of https://user:word@host/");
}
