#include "base/base64.hpp"
#include "base/json_writer.hpp"
#include "base/redaction.hpp"
#include "model/gateway_secrets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

using limn::Redactor;
using limn::Secret;

namespace {

struct Knowing : Redactor {
  explicit Knowing(std::string_view key) { add(Secret(key)); }
};

} // namespace

TEST_CASE("a known key is taken out in every spelling")
{
  const Knowing redactor("my+secret/key=");
  CHECK(redactor.redact("my+secret/key=") == "[redacted]");
  CHECK(redactor.redact("a my+secret/key= b my+secret/key= c") == "a [redacted] b [redacted] c");
  CHECK(redactor.redact("?key=my%2Bsecret%2Fkey%3D&x") == "?key=[redacted]&x");
  CHECK(redactor.redact("?key=my%2bsecret%2fkey%3d&x") == "?key=[redacted]&x");
  CHECK(redactor.redact(R"("my+secret\/key=")") == R"("[redacted]")");
  CHECK(redactor.redact("<bXkrc2VjcmV0L2tleT0=>") == "<[redacted]>");
  CHECK(redactor.redact("my+secret") == "[redacted]");
  CHECK(redactor.redact("my+secr") == "my+secr");
}

TEST_CASE(
  "a key whose characters are themselves escapes is taken out in every mixture of spellings")
{
  const std::string key = R"(ab%25c\d\"e/f)";
  const Knowing redactor(key);
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

TEST_CASE("any eight characters of a key are taken out, seven are not")
{
  const Knowing redactor("0123456789abcdefghij");
  CHECK(redactor.redact("key 01234567") == "key [redacted]");
  CHECK(redactor.redact("key 0123456") == "key 0123456");
  CHECK(redactor.redact("cdefghij key") == "[redacted] key");
  CHECK(redactor.redact("x56789abcx") == "x[redacted]x");
  CHECK(redactor.redact("key %30123456789abc\xE2\x80\xA6") == "key [redacted]");
  CHECK(redactor.redact("key 0123\n  4567 8 9") == "key [redacted]");
  CHECK(redactor.redact("key 0123\xC2\xAD"
                        "4567")
        == "key [redacted]");
}

TEST_CASE("a key within base64 is taken out wherever it stands in what was encoded")
{
  const std::string key = "sk/key+that?is>long";
  const Knowing redactor(key);
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
  const Knowing redactor(R"(se"cret\key/1)");
  CHECK(redactor.redact(R"({"x":"se\"cret\\key/1"})") == R"({"x":"[redacted]"})");
  CHECK(redactor.redact(R"({"x":"se\"cret\\key\/1"})") == R"({"x":"[redacted]"})");
}

TEST_CASE("a known key is taken out when a service shows its ends")
{
  const Knowing redactor("gateway-key-abcdefghijklm-xyz");
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
  CHECK(Knowing("a").redact("a banana") == "a banana");
  CHECK(Knowing("").redact("a banana") == "a banana");
  CHECK(Knowing("none").redact("none of these") == "none of these");
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
  const Knowing redactor("acme-key-0123456789");
  CHECK(redactor.redact_known("acme-key-0123456789 and sk-proj-abcdefghijklmnop1234")
        == "[redacted] and sk-proj-abcdefghijklmnop1234");
  CHECK(redactor.redact_known(R"(\u0061cme-key-0123456789)") == "[redacted]");
  CHECK(redactor.redact_known("YWNtZS1rZXktMDEyMzQ1Njc4OQ==") == "[redacted]");
  CHECK(redactor.redact_known("acme-k...6789 of https://user:word@host/")
        == "acme-k...6789 of https://user:word@host/");
}

namespace {

std::string each(std::string_view text, std::string (*spelled)(unsigned char))
{
  std::string result;
  for (const char c : text) {
    result += spelled(static_cast<unsigned char>(c));
  }
  return result;
}

std::string hex(unsigned char c)
{
  constexpr std::string_view digits = "0123456789abcdef";
  return {digits[c / 16], digits[c % 16]};
}

std::string base64(std::string_view text)
{
  return limn::base64_encode(std::as_bytes(std::span(text)));
}

std::string upper(std::string text)
{
  for (char& c : text) {
    c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return text;
}

std::string url(std::string_view text)
{
  return each(text, [](unsigned char c) { return "%" + hex(c); });
}

std::string entities(std::string_view text)
{
  return each(text, [](unsigned char c) { return "&#" + std::to_string(c) + ";"; });
}

std::string json_escaped(std::string_view text)
{
  return each(text, [](unsigned char c) { return "\\u00" + hex(c); });
}

// In every spelling that is promised.
std::vector<std::string> spellings(std::string_view text)
{
  const std::string plain(text);
  const auto bytes = each(text, hex);
  return {
    plain,
    plain.substr(0, 3) + " " + plain.substr(3),
    plain.substr(0, 5) + "\r\n\t" + plain.substr(5),
    plain.substr(0, 5) + "\\n" + plain.substr(5),
    each(text, [](unsigned char c) { return std::string(1, static_cast<char>(c)) + " "; }),
    url(text),
    upper(url(text)),
    each(url(text),
         [](unsigned char c) {
           return c == '%' ? std::string("%25") : std::string(1, static_cast<char>(c));
         }),
    url(url(text)),
    json_escaped(text),
    each(text, [](unsigned char c) { return "\\\\u00" + hex(c); }),
    each(text, [](unsigned char c) { return "\\x" + hex(c); }),
    bytes,
    upper(bytes),
    each(text, [](unsigned char c) { return hex(c) + ":"; }),
    each(text, [](unsigned char c) { return "0x" + hex(c) + ", "; }),
    entities(text),
    each(text, [](unsigned char c) { return "&#x" + hex(c) + ";"; }),
    each(text, [](unsigned char c) { return "&amp;#" + std::to_string(c) + ";"; }),
    entities(url(text)),
    base64(text),
    url(base64(text)),
    base64("x" + plain),
    base64("xy" + plain + "z"),
    base64(base64(text)),
    base64("x" + base64("xy" + plain)),
    base64("xy" + base64("x" + plain)),
  };
}

// Whether eight characters of the key in a row can be read, in any of the spellings.
bool tells(const std::string& shown, std::string_view key)
{
  for (std::size_t at = 0; at + 8 <= key.size(); ++at) {
    const auto part = key.substr(at, 8);
    for (const auto& spelling : {std::string(part), each(part, hex), upper(each(part, hex)),
                                 url(part), entities(part), json_escaped(part)}) {
      if (shown.find(spelling) != std::string::npos) {
        return true;
      }
    }
  }
  return false;
}

} // namespace

TEST_CASE("each run of eight characters of any key is taken out in each spelling")
{
  constexpr std::string_view alphabet =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=";
  std::mt19937 random(20261128);
  for (int round = 0; round < 8; ++round) {
    std::string key;
    const auto size = 8 + random() % 60;
    while (key.size() < size) {
      key += alphabet[random() % alphabet.size()];
    }
    const Knowing redactor(key);
    for (std::size_t at = 0; at + 8 <= key.size(); ++at) {
      const auto part = key.substr(at, 8);
      for (const auto& spelling : spellings(part)) {
        const auto text = "<" + spelling + ">";
        const auto shown = redactor.redact_known(text);
        INFO(key, " ", text, " ", shown);
        CHECK(shown.find("[redacted]") != std::string::npos);
        CHECK_FALSE(tells(shown, key));
        // What is left is what the shortest spelling of one or two characters takes.
        CHECK(shown.size() < 10 + std::max<std::size_t>(spelling.size() / 4, 6));
      }
    }
  }
}

TEST_CASE("a long run is taken out as one, with what stands between its characters")
{
  const std::string key = "sk-proj-Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5";
  const Knowing redactor(key);
  for (const auto& spelling : spellings(key)) {
    const auto shown = redactor.redact_known("<" + spelling + ">");
    CHECK(shown.size() <= std::string_view("<0x[redacted], >").size());
    CHECK(shown.find("[redacted]") != std::string::npos);
  }
}

TEST_CASE("what everybody may read tells nothing of a key that has it in it")
{
  Knowing redactor("sk-proj-0123456789-gpt-image-2-00000000000");
  redactor.add_public("gpt-image-2");
  const std::string_view texts[] = {
    "a key begins with sk-proj- here", "a key begins with sk-proj-",
    "gpt-image-2 is not known",        "at 00000000000 the digest 0000000000",
    "image-2 of the project",          "the word sk-pr oj-",
  };
  for (const auto text : texts) {
    CHECK(redactor.redact_known(text) == text);
  }
  CHECK(redactor.redact_known("sk-proj-0") == "[redacted]");
  CHECK(redactor.redact_known("-gpt-image-2") == "[redacted]");
}

TEST_CASE("a key that has a public word in it without its hyphens hides that word from nobody")
{
  Knowing redactor("sk-abcgptimage2xyz0011223344");
  redactor.add_public("gpt-image-2");
  CHECK(redactor.redact_known("gpt-image-2 is listed") == "gpt-image-2 is listed");
  CHECK(redactor.redact_known("abcgptimage2").find("gptimage") == std::string::npos);
}

TEST_CASE("what people write where no key is wanted is no key")
{
  CHECK(Knowing("lm-studio").redact("is lm-studio running?") == "is lm-studio running?");
  CHECK(Knowing("sk-no-key-required").redact_known("sk-no-key-required") == "sk-no-key-required");
  CHECK(Knowing("none").redact(R"({"size":"none"})") == R"({"size":"none"})");
}

TEST_CASE("a key under eight characters is taken out as a whole value only")
{
  const Knowing redactor("tiger7");
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"Authorization: Bearer tiger7", "Authorization: Bearer [redacted]"},
    {"you sent 'bearer tiger7'", "you sent 'bearer [redacted]'"},
    {R"({"got":"tiger7"})", R"({"got":"[redacted]"})"},
    {R"({\"got\":\"tiger7\"})", R"({\"got\":\"[redacted]\"})"},
    {"https://gw.example/v1?k=tiger7&n=1", "https://gw.example/v1?k=[redacted]&n=1"},
    {"https://gw.example/v1?n=1&k=tiger7", "https://gw.example/v1?n=1&k=[redacted]"},
    {"x-api-key: tiger7", "x-api-key: [redacted]"},
    {"a tiger7 in the snow", "a tiger7 in the snow"},
    {"tiger7.png", "tiger7.png"},
    {"Bearer tiger77", "Bearer tiger77"},
    {"size: tiger7", "size: tiger7"},
  };
  for (const auto& [text, expected] : rows) {
    CHECK(redactor.redact(text) == expected);
  }
}

TEST_CASE("the secrets of a URL are taken out though nobody knows them")
{
  const std::pair<std::string_view, std::string_view> rows[] = {
    {"at https://joe:word@gw.example/v1", "at https://[redacted]@gw.example/v1"},
    {"at https://gw.example/v1?api-key=word&n=1",
     "at https://gw.example/v1?api-key=[redacted]&n=1"},
    {"at https://gw.example/v1?n=1&access_token=word",
     "at https://gw.example/v1?n=1&access_token=[redacted]"},
    {"at https://gw.example/v1?max_tokens=100", "at https://gw.example/v1?max_tokens=100"},
  };
  for (const auto& [text, expected] : rows) {
    CHECK(Redactor().redact(text) == expected);
    CHECK(Redactor().redact_own(text) == expected);
  }
}

TEST_CASE("limn's own words are whole unless a whole key is in them")
{
  const Knowing redactor("acme-images-0123456789");
  CHECK(redactor.redact_json(
          R"({"path":"/home/acme-images/fox.png","model":"acme-images","message":"acme-images?"})")
        == R"({"path":"/home/acme-images/fox.png","model":"acme-images","message":"[redacted]?"})");
  CHECK(redactor.redact_json(
          R"({"gateway":{"name":"acme-images","base_url":"https://acme-images.example/v1"}})")
        == R"({"gateway":{"name":"acme-images","base_url":"https://acme-images.example/v1"}})");
  CHECK(redactor.redact_json(R"({"images":["/acme-images/a.png","/acme-images-0123456789/b.png"]})")
        == R"({"images":["/acme-images/a.png","/[redacted]/b.png"]})");
  CHECK(redactor.redact_json(R"({"request_id":"acme-images-01"})")
        == R"({"request_id":"[redacted]"})");
  CHECK(redactor.redact_json(R"({"id":"sk-abcdef012345","sha256":"sk-0123456789"})")
        == R"({"id":"sk-abcdef012345","sha256":"sk-0123456789"})");
  CHECK(redactor.redact_own("/home/acme-images/fox.png") == "/home/acme-images/fox.png");
  CHECK(redactor.redact_own("/home/acme-images-0123456789.png") == "/home/[redacted].png");
}

TEST_CASE("JSON stays JSON where a key ends within an escape of it")
{
  const Knowing redactor("nabcdefgh\\ijklmnop");
  CHECK(redactor.redact_json(R"({"message":"\nabcdefgh\\ij"})") == R"({"message":"[redacted]"})");
  CHECK(redactor.redact_json(R"({"message":"a\\nabcdefgh\"b"})")
        == R"({"message":"a\\[redacted]b"})");
  CHECK(redactor.redact_known(R"(x\nabcdefgh)") == "x[redacted]");
}

TEST_CASE("of a gateway all its secrets are hidden, and what everybody may read is not")
{
  limn::Gateway gateway;
  gateway.name = "acme-gateway";
  gateway.base_url = "https://joe:pass-word-1@acme-gateway.example/v1?key=query-secret-1";
  gateway.key = Secret("key-0123456789");
  gateway.headers = {{"X-Proxy-Auth", "Bearer proxy-credential-1"},
                     {"Cookie", "session=cookie-value-1; theme=dark"},
                     {"Proxy-Authorization", "Basic am9lOmJhc2ljLXBhc3N3b3Jk"},
                     {"X-Title", "my-application"}};
  gateway.settings = {{"access_key.id", "settings-key-1"}, {"region", "eu-central-1"}};
  gateway.models = {"key-0123456"};
  Redactor redactor;
  add_secrets(redactor, gateway);
  for (const std::string_view hidden :
       {"ss-word-1", "query-sec", "key-01234567", "y-credential", "cookie-val", "basic-pass",
        "settings-key", "my-application", "am9lOmJhc2ljLX"}) {
    INFO(hidden);
    CHECK(redactor.redact_known(hidden).find("[redacted]") != std::string::npos);
  }
  for (const std::string_view shown : {"session=", "theme=dark", "Bearer proxy", "my-applica",
                                       "eu-central-1", "acme-gateway", "key-0123456", "joe"}) {
    CHECK(redactor.redact_known(shown) == shown);
  }
}

TEST_CASE("image data of limn's own JSON stays as it is, whatever it looks like")
{
  // One of 250 images of 1.5 MB holds something like this by chance.
  const std::string image = "iVBORw0KGgo/AIzaQ9Xw2e4RtY6uI8oP0aSdFgHjKlZxCvBnM+sk-x9Q==";
  Redactor redactor;
  redactor.add(Secret("XCVbnmQwertz"));
  limn::JsonWriter json;
  json.begin_object();
  json.member("text", image);
  json.key("data");
  json.image_data(image);
  json.key("previews");
  json.begin_array();
  json.image_data("data:image/png;base64," + image);
  json.image_data("");
  json.text("/AIzaQ9Xw2e4RtY6uI8oP0aSdFgHjKlZxCvBnM");
  json.end_array();
  json.end_object();
  CHECK(redactor.redact_json(json.view(), json.ranges_of_image_data())
        == R"({"text":"iVBORw0KGgo/[redacted]","data":")" + image
             + R"(","previews":["data:image/png;base64,)" + image + R"(","","/[redacted]"]})");
  CHECK(redactor.redact_json(json.view()).find(image) == std::string::npos);
}

TEST_CASE("what is kept of an answer keeps an image in it, whatever it looks like")
{
  const std::string answer =
    R"({"picture":"iVBORw0KGgo/AIzaQ9Xw2e4RtY6uI8oP0aSdFgHjKlZxCvBnM+sk-x9Q=="})";
  Redactor redactor;
  redactor.add(Secret("correct-horse-battery"));
  CHECK(redactor.redact_known(answer) == answer);
}

TEST_CASE("a name that could be a key, or has one in it, is told from another")
{
  Redactor redactor;
  redactor.add(Secret("correct-horse-battery"));
  CHECK(redactor.looks_like_key("correct-horse-battery"));
  CHECK(redactor.looks_like_key("sk-abcdefgh12345678"));
  CHECK_FALSE(redactor.looks_like_key("fox-17"));
  CHECK_FALSE(redactor.looks_like_key("battery-17")); // no whole key
}

TEST_CASE("a key that is added while others redact is taken out by whoever comes after")
{
  Redactor redactor;
  std::atomic<bool> is_added = false;
  std::thread reader([&] {
    while (!is_added) {
      redactor.redact("a line of a log");
    }
    CHECK(redactor.redact("correct-horse-99") == "[redacted]");
  });
  for (int i = 0; i < 100; ++i) {
    redactor.add(Secret("correct-horse-" + std::to_string(i)));
  }
  is_added = true;
  reader.join();
}
