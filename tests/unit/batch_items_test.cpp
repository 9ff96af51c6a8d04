#include "batch/items_file.hpp"
#include "fresh_folder.hpp"

#include <doctest/doctest.h>

namespace limn::test {

namespace {

std::vector<std::string> mistakes_in(std::string_view line)
{
  std::vector<Failure> mistakes;
  read_item(line, {}, mistakes);
  std::vector<std::string> texts;
  for (const auto& mistake : mistakes) {
    CHECK(mistake.failure_class == FailureClass::usage);
    texts.push_back(mistake.message);
  }
  return texts;
}

ItemText item(std::string_view line, const JobText& defaults = {})
{
  std::vector<Failure> mistakes;
  auto read = read_item(line, defaults, mistakes);
  CHECK(mistakes.empty());
  return read;
}

void no_check(int, const GenerateOptions&, std::vector<Failure>&) {}

} // namespace

TEST_CASE("A line is a prompt, or an object with the options of generate")
{
  CHECK(item(R"("a \"fox\"")").job.prompt == "a \"fox\"");
  const auto read = item(
    R"({"prompt":"p","id":7,"model":"m","provider":["a","b"],"n":3,"compression":0,"timeout":1.5,"input":["x"],"quality":null})");
  CHECK(read.id == "7");
  CHECK(read.job.models == std::vector<std::string>{"m"});
  CHECK(read.job.providers == std::vector<std::string>{"a", "b"});
  CHECK(read.job.count == 3);
  CHECK(read.job.compression == 0);
  CHECK(read.job.timeout == "1.5");
  CHECK(read.job.inputs == std::vector<std::string>{"x"});
}

TEST_CASE("What a line does not say is as on the command line, and an output is in no folder of it")
{
  JobText defaults;
  defaults.size = "1x1";
  defaults.quality = "low";
  defaults.directory = "pictures";
  CHECK(item(R"("a")", defaults).job.directory == "pictures");
  const auto read = item(R"({"prompt":"a","quality":"high","output":"a.png"})", defaults);
  CHECK(read.job.size == "1x1");
  CHECK(read.job.quality == "high");
  CHECK(read.job.directory.empty());
}

TEST_CASE("What is no item is told, all of it, with the nearest known name")
{
  const std::vector<std::pair<std::string, std::vector<std::string>>> rows{
    {R"({"prompt":"a","sise":"1x1","n":"2"})",
     {"'sise' is no option of an item: did you mean 'size'?", "n: a whole number belongs here"}},
    {R"({"prompt":"a","n":1.5})", {"n: a whole number belongs here"}},
    {R"({"prompt":"a","model":["m",1]})", {"model: a text or a list of texts belongs here"}},
    {R"({"prompt":"a","prompt":"b"})", {"'prompt' is given twice"}},
    {R"({"prompt":"a","id":""})", {"id: a text or a whole number belongs here"}},
    {R"({"prompt":"a","id":"a\u0007"})", {"id: has characters that cannot be shown"}},
    {R"({"prompt":"a","output":"a","directory":"b"})",
     {"'output' and 'directory' exclude each other"}},
    {R"({"prompt":"a","output":""})", {"output: the name is empty"}},
    {"7", {"neither a text nor an object"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(mistakes_in(row.first) == row.second);
  }
  CHECK(mistakes_in("a fox").size() == 1);
  CHECK(mistakes_in(R"("a" "b")").size() == 1);
}

TEST_CASE("The digest changes with the picture and where it goes, and with nothing else")
{
  const auto digest = [](std::string_view line) { return digest_of(item(line).job); };
  const auto of_fox = digest(R"("fox")");
  CHECK(of_fox.size() == 64);
  for (const auto* same :
       {R"({"prompt":"fox"})", R"({"prompt":"fox","timeout":9,"gateway":"g","provider":"p"})",
        R"({"prompt":"fox","id":"x","wait":3,"verify":"never"})",
        R"({"prompt":"fox","size":"1:1"})", R"({"prompt":"fox","size":"1024 X 1024!"})"}) {
    CHECK(digest(same) == of_fox);
  }
  CHECK(digest(R"({"prompt":"fox","format":"JPG","quality":"High"})")
        == digest(R"({"prompt":"fox","format":"jpeg","quality":"high"})"));
  for (const auto* other :
       {R"("foxes")", R"({"prompt":"fox","n":2})", R"({"prompt":"fox","size":"auto"})",
        R"({"prompt":"fox","output":"a"})", R"({"prompt":"fox","directory":"a"})",
        R"({"prompt":"fox","model":"m"})", R"({"prompt":"fox","format":"png"})",
        R"({"prompt":"fox","compression":0})", R"({"prompt":"fox","mask":"m"})"}) {
    CHECK(digest(other) != of_fox);
  }
}

TEST_CASE("Blank lines count as lines, and the last line needs no end")
{
  const FreshFolder folder;
  const auto file = folder.write("items", "\xEF\xBB\xBF\"a\"\r\n\n  \n\"b\"");
  Mistakes mistakes("items");
  const auto items = read_items(file, {}, no_check, mistakes);
  REQUIRE(items);
  CHECK(mistakes.empty());
  REQUIRE(items->size() == 2);
  CHECK(items->at(0).id == "1");
  CHECK(items->at(1).id == "4");
}

TEST_CASE("Ids are unique, also those that nobody wrote, and ten mistakes are enough")
{
  const FreshFolder folder;
  Mistakes two("items");
  REQUIRE(
    read_items(folder.write("two", "{\"prompt\":\"a\",\"id\":\"2\"}\n\"b\"\n"), {}, no_check, two));
  CHECK(two.lines() == std::vector<std::string>{"items:2: the id '2' is that of line 1, too"});

  Mistakes many("items");
  std::string text;
  for (int i = 0; i < 15; ++i) {
    text += "[]\n";
  }
  REQUIRE(read_items(folder.write("many", text), {}, no_check, many));
  CHECK(many.lines().size() == 11);
  CHECK(many.lines().back() == "items: and 5 more");
}

TEST_CASE("A file whose first line is no JSON has a prompt a line")
{
  const FreshFolder folder;
  const auto file = folder.write(
    "items",
    "\xEF\xBB\xBF a fox, \"red\" \r\n# a comment\n\n  #too\nseven \\ \t7\n{\"prompt\":1}\n\"b\"\n");
  Mistakes mistakes("items");
  const auto items = read_items(file, {}, no_check, mistakes);
  REQUIRE(items);
  REQUIRE(mistakes.lines().size() == 2);
  CHECK(mistakes.lines().at(0).starts_with("items:6: JSON among prompts"));
  CHECK(mistakes.lines().at(1).starts_with("items:7: JSON among prompts"));
  REQUIRE(items->size() == 4);
  CHECK(items->at(0).id == "1");
  CHECK(item(items->at(0).text).job.prompt == "a fox, \"red\"");
  CHECK(items->at(1).id == "5");
  CHECK(item(items->at(1).text).job.prompt == "seven \\ \t7");
}

TEST_CASE("A prompt is the same item as a line of text and as JSON")
{
  const FreshFolder folder;
  Mistakes mistakes("items");
  const auto text =
    read_items(folder.write("text", "caf\xC3\xA9 \xE2\x80\x8B\n"), {}, no_check, mistakes);
  const auto json =
    read_items(folder.write("json", "\"caf\xC3\xA9 \xE2\x80\x8B\"\n"), {}, no_check, mistakes);
  REQUIRE(text);
  REQUIRE(json);
  CHECK(mistakes.empty());
  CHECK(text->at(0).digest == json->at(0).digest);
  CHECK(text->at(0).text == json->at(0).text);
}

TEST_CASE("Where the first line is JSON, a line of text is a mistake, and a comment, too")
{
  const FreshFolder folder;
  for (const auto* first : {"\"a\"", "{\"prompt\":\"a\"}", "\n  \"a\""}) {
    Mistakes mistakes("items");
    const auto items = read_items(folder.write("items", std::string(first) + "\na fox\n# b\n"), {},
                                  no_check, mistakes);
    REQUIRE(items);
    CHECK(mistakes.lines().size() == 2);
  }
  Mistakes comment_first("items");
  REQUIRE(read_items(folder.write("items", "# all of them\n{\"prompt\":\"a\"}\n"), {}, no_check,
                     comment_first));
  CHECK(comment_first.lines().size() == 1);
}

TEST_CASE("A line as long as a disk is no line")
{
  const FreshFolder folder;
  Mistakes mistakes("items");
  const auto file = folder.write("items", std::string(3 << 20, 'x') + "\n\"b\"\n");
  const auto items = read_items(file, {}, no_check, mistakes);
  REQUIRE(items);
  CHECK(items->size() == 1);
  CHECK(mistakes.lines() == std::vector<std::string>{"items:1: is longer than 1024 KiB"});
}

} // namespace limn::test
