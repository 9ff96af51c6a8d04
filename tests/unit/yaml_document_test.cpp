#include "settings/yaml_document.hpp"
#include "settings/yaml_text.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace limn;

namespace {

std::string complaint(std::string_view text)
{
  const auto document = YamlDocument::parse(text, "f");
  return document ? std::string() : document.error().message;
}

std::string nested(int levels)
{
  return std::string(static_cast<std::size_t>(levels), '[')
         + std::string(static_cast<std::size_t>(levels), ']');
}

// Nine levels of ten aliases each: a thousand million values in a few lines.
std::string billion_laughs()
{
  std::string text = "a0: &a0 ha\n";
  for (int i = 1; i <= 9; ++i) {
    const auto name = std::to_string(i);
    const auto alias = "*a" + std::to_string(i - 1);
    text += "a" + name + ": &a" + name + " [" + alias;
    for (int j = 1; j < 10; ++j) {
      text += ", " + alias;
    }
    text += "]\n";
  }
  return text;
}

} // namespace

TEST_CASE("characters that command a terminal are escaped where a value is shown")
{
  CHECK(yaml_text("a\x1b b\x7f") == R"("a\x1b b\x7f")");
  CHECK(yaml_text("a\xc2\x85"
                  "b\xc2\x9f"
                  "c\xc2\xa0")
        == "\"a\\x85"
           "b\\x9f"
           "c\xc2\xa0\"");
}

TEST_CASE("a file without anything in it is a null")
{
  for (const std::string_view text : {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n",
                                      "\xef\xbb\xbf", "\xef\xbb\xbf# comment\r\n", "null\n"}) {
    CAPTURE(text);
    const auto document = YamlDocument::parse(text, "f");
    REQUIRE(document);
    CHECK(document->root().kind == YamlNode::Kind::null);
  }
}

TEST_CASE("places count from one, also after a byte-order mark and with CRLF")
{
  for (const std::string_view text :
       {"# c\na: 1\nb: [x,\n  y]\n", "\xef\xbb\xbf# c\r\na: 1\r\nb: [x,\r\n  y]\r\n"}) {
    const auto document = YamlDocument::parse(text, "f");
    REQUIRE(document);
    const auto& root = document->root();
    REQUIRE(root.entries.size() == 2);
    CHECK(root.entries[0].value->text == "1");
    CHECK(root.entries[0].value->line == 2);
    CHECK(root.entries[0].value->column == 4);
    const auto& list = *root.entries[1].value;
    REQUIRE(list.items.size() == 2);
    CHECK(list.items[1]->text == "y");
    CHECK(list.items[1]->line == 4);
    CHECK(list.items[1]->column == 3);
  }
}

TEST_CASE("a bare tilde is text and other nothings are nulls")
{
  const auto document = YamlDocument::parse("a: ~\nb:\nc: null\nd: '~'\n", "f");
  REQUIRE(document);
  const auto& entries = document->root().entries;
  REQUIRE(entries.size() == 4);
  CHECK(entries[0].value->text == "~");
  CHECK(entries[1].value->kind == YamlNode::Kind::null);
  CHECK(entries[2].value->kind == YamlNode::Kind::null);
  CHECK(entries[3].value->text == "~");
}

TEST_CASE("an alias is the node that it names")
{
  const auto document = YamlDocument::parse("a: &x [1]\nb: *x\n", "f");
  REQUIRE(document);
  const auto& entries = document->root().entries;
  CHECK(entries[0].value == entries[1].value);
}

TEST_CASE("what is refused is refused with its place, and nothing of the text is quoted")
{
  struct Row {
    std::string text;
    std::string complaint;
  };
  const std::string too_much =
    ": more than 10000 values or 1 MiB of text, with every alias written out";
  std::string many_bytes = "a: &a " + std::string(300'000, 'x') + "\n";
  many_bytes += "b: [*a, *a, *a,\n  *a]\n";
  const Row rows[] = {
    {"a: 1\na: 2\n", "f:2:1: the same key is already on line 1"},
    {"x:\n  b: 1\n  c: 2\n  b: 3\n", "f:4:3: the same key is already on line 2"},
    {"a: 1\n---\nb: 2\n", "f:2:1: a second document begins here; only one is allowed"},
    {"a: &x [*x]\n", "f:1:8: an alias inside of what it stands for"},
    {"a: *sk-secret\n",
     "f:1:4: not valid YAML: an alias of nothing; put text that begins with '*' in quotes"},
    {"a: !sk-secret x\n",
     "f:1:4: a tag ('!...') has no meaning here; put text that begins with '!' in quotes"},
    {"? [a]\n: b\n", "f:1:3: a key must be text"},
    {std::string(101, 'k') + ": 1\n", "f:1:1: a key longer than 100 bytes"},
    {"a: {b: c\n", "f:2:1: not valid YAML: end of map flow not found"},
    {"a: b: c\n", "f:1:5: not valid YAML: illegal map value"},
    {"a:\n\tb: 1\n", "f:2:3: not valid YAML: indent with spaces, not with tabs"},
    {"a: \"\\q\"\n", "f:1:7: not valid YAML: unknown escape character"},
    {"a: \"\\", "f:1:7: not valid YAML: unknown escape character"},
    {"%YAML sk-secret\n---\na: 1\n", "f:1:1: not valid YAML: bad YAML version"},
    {"a: 1\nb: x\x04y\n", "f:2:5: a control character"},
    {"a: 1\rb: 2\n", "f:1:5: a control character"},
    {std::string("a: \0", 4), "f:1:4: a control character"},
    {"a: \xff\n", "f:1:4: not UTF-8 text"},
    {"a: \xc0\xaf\n", "f:1:4: not UTF-8 text"},
    {"a: \xed\xa0\x80\n", "f:1:4: not UTF-8 text"},
    {"a: \xe2\x82", "f:1:4: not UTF-8 text"},
    {"a: \"\\_\"\n", "f:1:4: an escape that stands for no character of UTF-8"},
    {"a: \"\\N\"\n", "f:1:4: an escape that stands for no character of UTF-8"},
    {std::string("\xff\xfe"
                 "a\0",
                 4),
     "f:1:1: not UTF-8 text"},
    {"a: " + nested(32), "f:1:35: nested deeper than 32 levels"},
    {"a: &a " + nested(20) + "\nb:\n  - " + std::string(15, '[') + "*a" + std::string(15, ']'),
     "f:3:20: nested deeper than 32 levels"},
    {billion_laughs(), "f:5:55" + too_much},
    {many_bytes, "f:3:3" + too_much},
  };
  for (const auto& row : rows) {
    const auto shown = row.text.substr(0, 80);
    CAPTURE(shown);
    CHECK(complaint(row.text) == row.complaint);
  }
  CHECK(complaint("a: " + nested(31)).empty());
}

TEST_CASE("a file of nothing but openings ends at the limit of depth")
{
  CHECK(complaint(std::string(1'000'000, '[')).find("deeper than 32") != std::string::npos);
  CHECK(complaint(std::string(1'000'000, '{')).find("deeper than 32") != std::string::npos);
}

TEST_CASE("text written as YAML reads back as the same text")
{
  for (const std::string text : {"plain",
                                 "/home/me/Pictures",
                                 "~/x",
                                 "{date}-{slug}",
                                 "a: b",
                                 "a #b",
                                 "- x",
                                 "[x]",
                                 "*x",
                                 "&x",
                                 "!x",
                                 "%x",
                                 "@x",
                                 "`x`",
                                 "true",
                                 "Null",
                                 "no",
                                 "5",
                                 "1024x1024",
                                 "with \"quotes\"",
                                 "back\\slash",
                                 "it's",
                                 " space ",
                                 "",
                                 "\xc3\xa9t\xc3\xa9",
                                 "x:",
                                 "line\nbreak\ttab"}) {
    CAPTURE(text);
    const auto document = YamlDocument::parse("[" + yaml_text(text) + ", y]", "f");
    REQUIRE(document);
    REQUIRE(document->root().items.size() == 2);
    CHECK(document->root().items[0]->kind == YamlNode::Kind::scalar);
    CHECK(document->root().items[0]->text == text);
  }
}
