#include "base/utf8.hpp"
#include "output/name.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;
using namespace std::string_literals;

namespace {

// The local time is that of `zone` while it lives.
class TimeZone
{
public:
  explicit TimeZone(const char* zone)
  {
    if (const char* before = std::getenv("TZ")) {
      m_before = before;
    }
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
  ~TimeZone()
  {
    if (m_before) {
      ::setenv("TZ", m_before->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }

private:
  std::optional<std::string> m_before;
};

std::string repeated(std::string_view text, int count)
{
  std::string result;
  for (int i = 0; i < count; ++i) {
    result += text;
  }
  return result;
}

NameFacts facts(std::string_view prompt = "A cat", std::string_view gateway = "work",
                std::string_view model = "gpt-image-2")
{
  NameFacts result;
  result.prompt = prompt;
  result.gateway = gateway;
  result.model = model;
  result.time = std::chrono::system_clock::from_time_t(1769903999); // 2026-01-31 23:59:59 UTC
  return result;
}

} // namespace

TEST_CASE("a prompt becomes a piece of a file name in every script")
{
  struct Row {
    std::string prompt;
    std::string slug;
  };
  const std::vector<Row> rows{
    {"A Cat in the Hat", "a-cat-in-the-hat"},
    {"  a   cat  ", "a-cat"},
    {"cat, dog & bird!", "cat-dog-bird"},
    {"2 cats; 10% bigger", "2-cats-10-bigger"},
    {"...", "image"},
    {"", "image"},
    {"\n\t ", "image"},
    {"../../etc/passwd", "etc-passwd"},
    {"C:\\Windows\\x", "c-windows-x"},
    {"-rf *", "rf"},
    {".hidden", "hidden"},
    {"a\nb\tc\rd", "a-b-c-d"},
    {"a\x1b[31mred\x1b[0m b", "ared-b"},
    {"a\0b"s, "ab"},
    {"Grüße aus Köln", "grüße-aus-köln"},
    {"Ça va\u00a0bien", "ça-va-bien"},
    {"«Привет», мир", "привет-мир"},
    {"ΑΘΗΝΑ, Ελλάδα", "αθηνα-ελλάδα"},
    {"一只猫，戴着帽子。", "一只猫-戴着帽子"},
    {"「猫」と、犬", "猫-と-犬"},
    {"猫？：犬！", "猫-犬"},
    {"고양이 한 마리", "고양이-한-마리"},
    {"قطة في قبعة", "قطة-في-قبعة"},
    {"חתול בכובע", "חתול-בכובע"},
    {"قطة، وكلب؟", "قطة-وكلب"},
    {"टोपी में बिल्ली", "टोपी-में-बिल्ली"},
    {"बिल्ली। कुत्ता॥", "बिल्ली-कुत्ता"},
    {"🐱 with 🎩", "🐱-with-🎩"},
    {"🐱", "🐱"},
    {"a cat\u2014“quoted”\u2026", "a-cat-quoted"},
    {"full\u3000width", "full-width"},
    {"evil\u202egnp.exe", "evilgnp-exe"},
    {"bad \xff\xfe bytes", "bad-\ufffd\ufffd-bytes"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.prompt);
    CHECK(slug(row.prompt) == row.slug);
  }
}

TEST_CASE("a long prompt is cut between words")
{
  const std::string words = "one two three four five six seven eight nine ten eleven twelve";
  CHECK(slug(words) == "one-two-three-four-five-six-seven-eight-nine-ten");
  CHECK(slug(words).size() == 48); // it ends with a word that just fits
  CHECK(slug("x" + words) == "xone-two-three-four-five-six-seven-eight-nine");
  CHECK(slug(std::string(48, 'a')) == std::string(48, 'a'));
  CHECK(slug(std::string(49, 'a')) == std::string(48, 'a'));
  CHECK(slug("ab " + std::string(100, 'c')) == "ab-" + std::string(45, 'c')); // rather than "ab"
  CHECK(slug(std::string(32'000, 'w')).size() == 48);
}

TEST_CASE("a long prompt is never cut within a code point")
{
  for (const std::string_view letter : {"é", "猫", "ق", "🐱"}) {
    for (std::size_t shift = 0; shift < 8; ++shift) {
      CAPTURE(letter);
      CAPTURE(shift);
      const auto name = slug(std::string(shift, 'a') + repeated(letter, 1000));
      CHECK(is_utf8(name));
      CHECK(name.size() <= 48);
      CHECK(name.size() > 48 - letter.size());
    }
  }
  // Also where nothing but the end of what is looked at remains.
  for (std::size_t blanks = 1018; blanks < 1024; ++blanks) {
    CAPTURE(blanks);
    const auto name = slug(std::string(blanks, ' ') + "🐱🐱");
    CHECK((name == "🐱" || name == "image"));
  }
}

TEST_CASE("the placeholders of a name are filled")
{
  const TimeZone utc("UTC0");
  auto values = facts();
  values.number = 3;
  struct Row {
    std::string_view name_template;
    std::string_view name;
  };
  for (const auto& row : std::vector<Row>{
         {"{date}-{slug}", "2026-01-31-a-cat"},
         {"{date}_{time}", "2026-01-31_235959"},
         {"{gateway} {model} {n}", "work gpt-image-2 3"},
         {"{slug}{slug}", "a-cata-cat"},
         {"plain", "plain"},
         {"My Picture", "My Picture"},
         {"", "image"},
         {"猫-{n}", "猫-3"},
       }) {
    CAPTURE(row.name_template);
    CHECK(file_name(row.name_template, values) == row.name);
  }
}

TEST_CASE("dates and times are local")
{
  const TimeZone east("EAST-9"); // nine hours ahead
  CHECK(file_name("{date} {time}", facts()) == "2026-02-01 085959");
}

TEST_CASE("a name is one safe file name whatever goes into it")
{
  const TimeZone utc("UTC0");
  struct Row {
    std::string name_template;
    NameFacts values;
    std::string name;
  };
  const std::vector<Row> rows{
    {"../../{slug}", facts(), "a-cat"},
    {"..", facts(), "image"},
    {".", facts(), "image"},
    {"/etc/{slug}", facts(), "etc-a-cat"},
    {".{slug}", facts(), "a-cat"},
    {"  {slug}", facts(), "a-cat"},
    {"-{slug}", facts(), "a-cat"},
    {"{gateway}", facts("x", "../../work"), "work"},
    {"{gateway}", facts("x", "a/b\\c"), "a-b-c"},
    {"{model}", facts("x", "y", "openai/gpt-image-2"), "openai-gpt-image-2"},
    {"{model}", facts("x", "y", "m\x1b]0;title\x07odel"), "model"},
    {"{model}", facts("x", "y", "a\nb"), "a b"},
    {"{model}", facts("x", "y", ""), "image"},
    {"{gateway}", facts("x", "{model}"), "{model}"}, // what was filled in is not filled again
  };
  for (const auto& row : rows) {
    CAPTURE(row.name_template);
    CHECK(file_name(row.name_template, row.values) == row.name);
  }
}

TEST_CASE("a name leaves room for a number and an extension")
{
  const TimeZone utc("UTC0");
  for (const std::string_view letter : {"a", "é", "猫", "🐱", "ab ", "a/"}) {
    for (std::size_t shift = 0; shift < 5; ++shift) {
      CAPTURE(letter);
      CAPTURE(shift);
      const auto name = file_name(std::string(shift, 'x') + repeated(letter, 300), facts());
      CHECK(name.size() <= 200);
      CHECK(name.size() > 100);
      CHECK(is_utf8(name));
      CHECK(name.find('/') == std::string::npos);
    }
  }
}
