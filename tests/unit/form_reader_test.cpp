#include "http_server/form_reader.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <ostream>
#include <string>
#include <vector>

namespace limn {

namespace {

constexpr const char* k_type = "multipart/form-data; boundary=b";

class Recorder : public PartReceiver
{
public:
  void begin_part(const PartHead& head) override
  {
    log += fmt::format("[{}|{}|{}]", head.name, head.filename.value_or("-"), head.media_type);
  }
  void data(std::string_view piece) override
  {
    CHECK(!piece.empty());
    log += piece;
  }
  void end_part() override { log += "[end]"; }

  std::string log;
};

// What the form's parts are, or the sentence that refuses it, behind "! ".
std::string read(const std::vector<std::string_view>& pieces, FormLimits limits = {},
                 const char* type = k_type)
{
  Recorder recorder;
  auto reader = FormReader::create(type, recorder, limits);
  if (!reader) {
    return "! " + reader.error().message;
  }
  for (const auto piece : pieces) {
    if (const auto fed = reader->feed(piece); !fed) {
      CHECK(fed.error().failure_class == FailureClass::invalid_request);
      return "! " + fed.error().message;
    }
  }
  if (const auto finished = reader->finish(); !finished) {
    return "! " + finished.error().message;
  }
  return recorder.log;
}

std::string part(std::string_view lines, std::string_view content = "x")
{
  return fmt::format("--b\r\n{}\r\n\r\n{}\r\n--b--\r\n", lines, content);
}

std::string named(std::string_view parameters)
{
  return part(fmt::format("Content-Disposition: form-data; {}", parameters));
}

const std::string k_form =
  "--b\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na\r\nfox\r\n"
  "--b\r\ncontent-type:image/png\r\nContent-Disposition: form-data;\r\n\tname=\"image\"; "
  "filename=\"a.png\"\r\n\r\n\x89PNG\r\n\r\r\n-\r\n--\r\n--a--b\r\n--bb\r\n--b-\r\n--b "
  "\rx\r\n--b--\r\n";
const std::string k_form_read =
  "[prompt|-|]a\r\nfox[end][image|a.png|image/png]\x89PNG\r\n\r\r\n-\r\n"
  "--\r\n--a--b\r\n--bb\r\n--b-\r\n--b \rx[end]";

} // namespace

TEST_CASE("a form is read part by part")
{
  CHECK(read({k_form}) == k_form_read);
}

TEST_CASE("a form is the same however its bytes are cut")
{
  const std::string_view form = k_form;
  for (std::size_t at = 0; at <= form.size(); ++at) {
    for (std::size_t size = 0; size <= 3; ++size) {
      CAPTURE(at);
      CHECK(read({form.substr(0, at), form.substr(at, size),
                  form.substr(std::min(form.size(), at + size))})
            == k_form_read);
    }
  }
  std::vector<std::string_view> bytes;
  for (std::size_t at = 0; at < form.size(); ++at) {
    bytes.push_back(form.substr(at, 1));
  }
  CHECK(read(bytes) == k_form_read);
}

TEST_CASE("content is told in large pieces, whatever it looks like")
{
  class Counter : public Recorder
  {
  public:
    void data(std::string_view piece) override
    {
      Recorder::data(piece);
      ++pieces;
    }
    std::size_t pieces = 0;
  };
  constexpr std::size_t k_chunk = 1000;
  const std::string head = "Content-Disposition: form-data; name=a";
  for (const std::string text : {"\r", "\r\n", "\r\n-", "\r\n--", "\r\n--b x", "\r\n--b-",
                                 "\r\n--b \r", "\r\n--b!", "fox"}) {
    CAPTURE(text);
    std::string content;
    while (content.size() < 100 * k_chunk) {
      content += text;
    }
    content += "x";
    const auto form = part(head, content);
    Counter counter;
    auto reader = FormReader::create(k_type, counter);
    for (std::size_t at = 0; at < form.size(); at += k_chunk) {
      REQUIRE(reader->feed(std::string_view(form).substr(at, k_chunk)));
    }
    REQUIRE(reader->finish());
    CHECK(counter.log == "[a|-|]" + content + "[end]");
    CHECK(counter.pieces <= 2 * (form.size() / k_chunk + 1));
  }
}

TEST_CASE("a boundary is one only where RFC 2046 has it")
{
  struct Row {
    const char* form;
    const char* parts;
  };
  const Row rows[] = {
    {"--b--", ""},
    {"\r\n--b--\r\n", ""},
    {"what old mail readers show\r\n--b--\r\nand this", ""},
    {"not--b--\r\n--b--", ""},
    {"--b \t\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b--", "[a|-|]x[end]"},
    {"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n--b--", "[a|-|][end]"},
    {"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n--b--", "[a|-|][end]"},
    {"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n-b\r\n--b--", "[a|-|]-b[end]"},
    {"--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\n--b--\r\n--b--", "[a|-|]\n--b--[end]"},
    {"--b\nContent-Disposition: form-data; name=a\n\nx\n--b--\n",
     "! the form ends before its closing boundary"},
    {"", "! the form ends before its closing boundary"},
    {"--b", "! the form ends before its closing boundary"},
    {"--b\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--b-",
     "! the form ends before its closing boundary"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.form);
    CHECK(read({row.form}) == row.parts);
  }
}

TEST_CASE("names are read as browsers and curl write them")
{
  struct Row {
    const char* parameters;
    const char* head;
  };
  const Row rows[] = {
    {R"(name=a; filename=b.png)", "[a|b.png|]"},
    {R"(NAME="a";FileName="b;c=d.png")", "[a|b;c=d.png|]"},
    {R"(name="image[]"; filename="")", "[image[]||]"},
    {R"(name="a%22b%0D%0Ac%0a%25"; filename="100%")", "[a\"b\r\nc%0a%25|100%|]"},
    {R"(name="a\"b\\c"; filename="C:\new\t.png")", R"([a"b\c|C:\new\t.png|])"},
    {"name=\"\xC3\xA4\"; filename=\"\xF0\x9F\xA6\x8A.png\"", "[\xC3\xA4|\xF0\x9F\xA6\x8A.png|]"},
    {R"(name="a"; filename*=UTF-8''b.png; flag)", "[a|-|]"},
    {R"(name="")", "[|-|]"},
    {R"(name="a"; name="b")", "[a|-|]"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.parameters);
    CHECK(read({named(row.parameters)}) == fmt::format("{}x[end]", row.head));
  }
}

TEST_CASE("what is wrong with a form is a sentence")
{
  const char* const no_name = "! a part of the form has no name";
  const char* const no_header = "! a line above a part of the form is no header";
  CHECK(read({part("Content-Type: text/plain")}) == no_name);
  CHECK(read({part("Content-Disposition: form-data")}) == no_name);
  CHECK(read({part("Content-Disposition: attachment; name=\"a\"")}) == no_name);
  CHECK(read({"--b\r\n\r\nx\r\n--b--\r\n"}) == no_name);
  CHECK(read({part("Content-Disposition")}) == no_header);
  CHECK(read({part(" folded: first")}) == no_header);
  CHECK(read({"--b\r\n--b\r\n\r\nx"}) == no_header);
  CHECK(read({named("name=\"a")}) == "! a quoted value above a part of the form has no end");
}

TEST_CASE("the boundary is what the Content-Type tells")
{
  const auto read_as = [](const char* type, const char* form) { return read({form}, {}, type); };
  CHECK(read_as("Multipart/Form-Data; charset=utf-8; Boundary=\"x y\"", "--x y--") == "");
  CHECK(
    read_as("multipart/form-data;boundary=----WebKitFormBoundary0", "------WebKitFormBoundary0--")
    == "");
  CHECK(read_as("application/json", "")
        == "! the body is no form: its Content-Type is not multipart/form-data");
  CHECK(read_as("", "") == "! the body is no form: its Content-Type is not multipart/form-data");
  const char* const none = "! the Content-Type of the form tells no boundary";
  CHECK(read_as("multipart/form-data", "") == none);
  CHECK(read_as("multipart/form-data; boundary=", "") == none);
  const char* const bad = "! the boundary of the form is none that RFC 2046 allows";
  CHECK(read_as("multipart/form-data; boundary=\"a \"", "") == bad);
  CHECK(read_as("multipart/form-data; boundary=\"a\rb\"", "") == bad);
  CHECK(read_as(("multipart/form-data; boundary=" + std::string(71, 'a')).c_str(), "") == bad);
}

TEST_CASE("parts and what stands above them have limits, their content has none")
{
  const auto head = std::string("Content-Disposition: form-data; name=a\r\n");
  const auto three =
    "--b\r\n" + head + "\r\n1\r\n--b\r\n" + head + "\r\n2\r\n--b\r\n" + head + "\r\n3\r\n--b--";
  CHECK(read({three}, {3, 1000}) == "[a|-|]1[end][a|-|]2[end][a|-|]3[end]");
  CHECK(read({three}, {2, 1000}) == "! the form has more than 2 parts");
  CHECK(read({three}, {3, head.size() + 2}) == "[a|-|]1[end][a|-|]2[end][a|-|]3[end]");
  CHECK(
    read({three}, {3, head.size()})
    == fmt::format("! the lines above a part of the form have more than {} bytes", head.size()));
  CHECK(read({"--b\r\n", std::string(20'000, 'a')}).starts_with("! the lines above"));
  const std::string much(30'000, '\r');
  CHECK(read({part("Content-Disposition: form-data; name=a", much)}) == "[a|-|]" + much + "[end]");
}

} // namespace limn
