#include "base/json.hpp"

#include <doctest/doctest.h>

using limn::member;
using limn::parse_json;
using limn::string_or_empty;

namespace {

std::string nested(int levels)
{
  return std::string(static_cast<std::size_t>(levels), '[')
         + std::string(static_cast<std::size_t>(levels), ']');
}

std::string text_at_a(std::string_view json)
{
  const auto document = parse_json(json);
  REQUIRE(document);
  return std::string(string_or_empty(member(*document, "a")));
}

} // namespace

TEST_CASE("blank lines and byte-order marks in front of JSON are skipped")
{
  CHECK(text_at_a("{\"a\":\"b\"}") == "b");
  CHECK(text_at_a(" \r\n\t{\"a\":\"b\"} \n") == "b");
  CHECK(text_at_a("\xEF\xBB\xBF{\"a\":\"b\"}") == "b");
  CHECK(text_at_a("\n\xEF\xBB\xBF\n{\"a\":\"b\"}") == "b");
}

TEST_CASE("what is no JSON fails with the byte in the text as it came")
{
  for (const std::string_view text :
       {"", " ", "{", "[1,]", "{\"a\":\"b\"", "{\"a\":1}x", "plain", "data: {}"}) {
    CAPTURE(std::string(text));
    const auto document = parse_json(text);
    REQUIRE_FALSE(document);
    CHECK(document.error().failure_class == limn::FailureClass::invalid_request);
  }
  const auto document = parse_json("  [1,]");
  REQUIRE_FALSE(document);
  CHECK(document.error().message.find("(byte 6)") != std::string::npos);
  CHECK_FALSE(parse_json(std::string_view()));
}

TEST_CASE("a NUL is the end only where nothing else stands behind it")
{
  using namespace std::string_view_literals;
  CHECK(limn::parse_json("{\"a\":1}\0\0 \n\0"sv));
  for (const auto text :
       {"0\0{{{"sv, "{\"a\":1}\0x"sv, "{\"a\0\":1}"sv, "\0{}"sv, "\0"sv, "[1,\0 2]"sv}) {
    CHECK(!limn::parse_json(text));
    std::string repaired;
    CHECK(!limn::as_json(text, repaired));
  }
}

TEST_CASE("JSON that is too deep is refused before it is parsed, brackets in strings do not count")
{
  CHECK(parse_json(nested(limn::k_max_json_depth)));
  const auto too_deep = parse_json(nested(limn::k_max_json_depth + 1));
  REQUIRE_FALSE(too_deep);
  CHECK(too_deep.error().message.find("64 levels (byte 65)") != std::string::npos);
  CHECK_FALSE(parse_json(std::string(1'000'000, '{')));
  CHECK(parse_json("{\"a\":\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"}"));
  std::string wide = "[";
  for (int i = 0; i < 1000; ++i) {
    wide += "[],";
  }
  CHECK(parse_json(wide + "[]]"));
}

TEST_CASE("half an emoji does not cost the whole answer")
{
  CHECK(text_at_a(R"({"a":"x\ud83d"})") == "x\uFFFD");
  CHECK(text_at_a(R"({"a":"x\ud83dy\ud83c\udfa8"})") == "x\uFFFDy🎨");
  CHECK(text_at_a(R"({"a":"x\ud83d\ud83c\udfa8"})") == "x\uFFFD🎨");
  CHECK(text_at_a(R"({"a":"\udfa8x"})") == "\uFFFDx");
  CHECK(text_at_a(R"({"a":"\uDFA8\uD83C"})") == "\uFFFD\uFFFD");
  CHECK(text_at_a(R"({"a":"\\ud83d \ud83d"})") == "\\ud83d \uFFFD");
  CHECK_FALSE(parse_json(R"({"a":"\ud83d)"));
}

TEST_CASE("bad UTF-8 passes: text is made safe where it is shown")
{
  CHECK(text_at_a("{\"a\":\"\xFF\"}") == "\xFF");
}

TEST_CASE("member and string_or_empty answer for every type")
{
  const auto document = parse_json(R"({"a":1,"b":"","c":"text\u0000more","":"nameless"})");
  REQUIRE(document);
  CHECK(member(*document, "missing") == nullptr);
  CHECK(string_or_empty(nullptr).empty());
  CHECK(string_or_empty(member(*document, "a")).empty());
  CHECK(string_or_empty(member(*document, "b")).empty());
  CHECK(string_or_empty(member(*document, "c")).size() == 9);
  CHECK(string_or_empty(member(*document, "")) == "nameless");
  CHECK(member(*member(*document, "a"), "x") == nullptr);
}
