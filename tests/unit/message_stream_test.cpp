#include "answer/message_stream.hpp"

#include <doctest/doctest.h>

#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace message_stream_test {

using namespace limn;
using namespace std::string_literals;

namespace {

using Ending = MessageStream::Ending;
using State = MessageStream::State;

struct Seen {
  std::string text; // "json|event name|content" or "text|...", images as "@1", "@2", ...
  std::vector<std::string> images; // behind each "!" if it was not whole

  bool operator==(const Seen&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Seen& seen)
{
  out << seen.text.substr(0, 500);
  for (const auto& image : seen.images) {
    out << " [" << image.size() << "]";
  }
  return out;
}

class Recorder : public MessageSink
{
public:
  std::string begin_run() override
  {
    CHECK(!m_in_run);
    m_in_run = true;
    seen.images.emplace_back();
    return "@" + std::to_string(seen.images.size());
  }
  void bytes(std::span<const std::byte> piece) override
  {
    REQUIRE(m_in_run);
    seen.images.back().append(reinterpret_cast<const char*>(piece.data()), piece.size());
  }
  void end_run(bool whole) override
  {
    REQUIRE(m_in_run);
    m_in_run = false;
    seen.images.back() += whole ? "" : "!";
  }
  bool message(const Message& message) override
  {
    CHECK(!m_in_run); // what a message refers to is there before it
    seen.text += message.format == Message::Format::json ? "json|" : "text|";
    seen.text += message.event_name;
    seen.text += "|";
    seen.text += message.content;
    seen.text += "\n";
    ++messages;
    return messages < wanted;
  }
  void cut_off(const Message& message) override
  {
    CHECK(!m_in_run);
    CHECK(message.format == Message::Format::text);
    seen.text += "cut|" + std::string(message.event_name) + "|" + std::string(message.content);
  }

  Seen seen;
  int messages = 0;
  int wanted = 1000;

private:
  bool m_in_run = false;
};

Seen read_in_pieces(const std::vector<std::string_view>& pieces, Ending ending)
{
  Recorder recorder;
  MessageStream stream(recorder, {});
  for (const auto piece : pieces) {
    CHECK(stream.feed(piece) == State::going);
  }
  CHECK(stream.finish(ending) == State::going);
  return recorder.seen;
}

std::string image_bytes(std::size_t size)
{
  std::minstd_rand random(7);
  std::string bytes;
  while (bytes.size() < size) {
    bytes += static_cast<char>(random());
  }
  return bytes;
}

std::string base64(const std::string& bytes)
{
  return base64_encode(std::as_bytes(std::span(bytes)));
}

// Just long enough to be lifted.
const std::string k_bytes = image_bytes(Lift::k_default_threshold * 3 / 4 + 3);
const std::string k_image = base64(k_bytes);
const std::string k_cut_bytes = k_bytes.substr(0, k_bytes.size() - 2);

struct Sample {
  std::string_view name;
  std::string body;
  Seen seen;
  Ending ending = Ending::complete;
};

const std::string k_html =
  "<!DOCTYPE html><html><title>new api</title>\n<img src=\"data:image/png;base64," + k_image
  + "\"></html>\n";

const std::string k_raw = "\x89PNG\r\n\x1a\n" + k_bytes;
const std::string k_jpeg = "\xff\xd8\xff\xe0" + k_bytes;
const std::string k_raw_base64 = base64(k_raw);

const std::vector<Sample> k_samples{
  {"an image as it is", k_raw, {"json||\"@1\"\n", {k_raw}}},
  {"an image as it is behind keep-alive blanks", "\n\n" + k_raw, {"json||\"@1\"\n", {k_raw}}},
  {"an image of a connection that broke: its own end tells whether it is whole",
   k_raw,
   {"json||\"@1\"\n", {k_raw}},
   Ending::broken},
  {"hardly more than the beginning of an image",
   "\xff\xd8\xff\xe0",
   {"json||\"@1\"\n", {"\xff\xd8\xff\xe0"}}},
  {"a WebP image",
   "RIFF\x01\x02\x03\x04WEBPVP8 ",
   {"json||\"@1\"\n", {"RIFF\x01\x02\x03\x04WEBPVP8 "}}},
  {"words that begin as WebP does", "RIFF is no image", {"text||RIFF is no image\n", {}}},
  {"bare base64", k_raw_base64 + "\n", {"json||\"@1\"\n", {k_raw}}},
  {"bare base64 that begins with a slash", base64(k_jpeg), {"json||\"@1\"\n", {k_jpeg}}},
  {"bare base64 of many lines",
   k_raw_base64.substr(0, 76) + "\r\n" + k_raw_base64.substr(76),
   {"json||\"@1\"\n", {k_raw}}},
  {"bare base64 that something else ends",
   base64(k_raw.substr(0, 300)) + "<br>",
   {"json||\"@1\"\n", {k_raw.substr(0, 300) + "!"}}},
  {"bare base64 of something else", k_image, {"text||" + k_image + "\n", {}}},
  {"a path that begins as JPEG in base64 does",
   "/9j/4AAQSkZJRgAB.jpg is the file",
   {"text||/9j/4AAQSkZJRgAB.jpg is the file\n", {}}},
  {"a data URL", "data:image/png;base64," + k_image, {"json||\"@1\"\n", {k_bytes}}},
  {"a short data URL", "data:image/png;base64,AAAA\n", {"json||\"@1\"\n", {std::string(3, '\0')}}},
  {"a data URL of a connection that broke",
   "data:image/png;base64," + k_image,
   {"json||\"@1\"\n", {k_bytes}},
   Ending::broken},
  {"a data URL that is not base64",
   "data:image/svg+xml;utf8,<svg/>",
   {"text||data:image/svg+xml;utf8,<svg/>\n", {}}},
  {"a data URL without end",
   "data:image/" + std::string(400, 'x'),
   {"text||data:image/" + std::string(400, 'x') + "\n", {}}},
  {"SSE whose data is not a data URL", "data:imagine\n\n", {"text||imagine\n", {}}},
  {"SSE that ends like the beginning of a data URL", "data:ima", {"text||ima\n", {}}},
  {"SSE that has a data URL in JSON",
   "data: \"data:image/png;base64," + k_image + "\"\n\n",
   {"json||\"data:image/png;base64,@1\"\n", {k_bytes}}},
  {"a string of JSON", "\"" + k_image + "\"", {"json||\"@1\"\n", {k_bytes}}},
  {"a data URL as a string of JSON",
   "\"data:image/png;base64," + k_image + "\"",
   {"json||\"data:image/png;base64,@1\"\n", {k_bytes}}},
  {"words in quotes", "\"no\"", {"json||\"no\"\n", {}}},
  {"nothing at all", "", {"", {}}},
  {"blanks alone", " \r\n\t\n", {"", {}}},
  {"a byte-order mark alone, then blanks", "\xef\xbb\xbf \n", {"", {}}},
  {"JSON", R"({"data":[]})", {"json||{\"data\":[]}\n", {}}},
  {"JSON as an array", R"([1,2])", {"json||[1,2]\n", {}}},
  {"JSON behind a byte-order mark", "\xef\xbb\xbf{\"a\":1}", {"json||{\"a\":1}\n", {}}},
  {"JSON behind a byte-order mark and keep-alive blanks",
   "\xef\xbb\xbf\n\n \r\n{\"a\":1}",
   {"json||{\"a\":1}\n", {}}},
  {"JSON behind many keep-alive blanks",
   std::string(300, '\n') + "{\"a\":1}\n",
   {"json||{\"a\":1}\n\n", {}}},
  {"an image in JSON",
   R"({"data":[{"b64_json":")" + k_image + R"("}],"usage":{}})",
   {"json||{\"data\":[{\"b64_json\":\"@1\"}],\"usage\":{}}\n", {k_bytes}}},
  {"two images in JSON, one of them a data URL",
   R"([{"b":")" + k_image + R"("},{"url":"data:image/png;base64,)" + k_image + R"("}])",
   {"json||[{\"b\":\"@1\"},{\"url\":\"data:image/png;base64,@2\"}]\n", {k_bytes, k_bytes}}},
  {"JSON cut in the middle of an image",
   R"({"b64_json":")" + k_image.substr(0, k_image.size() - 1),
   {"text||{\"b64_json\":\"@1\n",
    {k_bytes.substr(0, k_image.size() / 4 * 3 - 1 - (k_image.ends_with("==") ? 1 : 0)) + "!"}}},
  {"JSON of a connection that broke in the middle of an image",
   R"({"b64_json":")" + k_image,
   {R"(cut||{"b64_json":"@1)", {k_bytes + "!"}},
   Ending::broken},
  {"JSON that is cut is text", R"({"data":[{"x":)", {"text||{\"data\":[{\"x\":\n", {}}},
  {"JSON of a connection that broke is no message",
   R"({"data":[)",
   {R"(cut||{"data":[)", {}},
   Ending::broken},
  {"two JSON documents", R"({"a":1}{"b":2})", {"json||{\"a\":1}\njson||{\"b\":2}\n", {}}},
  {"a web page, nothing lifted out of it", k_html, {"text||" + k_html + "\n", {}}},
  {"JSON behind blanks, a byte-order mark and more blanks",
   "\n\n\xef\xbb\xbf\n{\"a\":1}",
   {"json||{\"a\":1}\n", {}}},
  {"a web page behind blanks", "\n\n<html>", {"text||<html>\n", {}}},
  {"plain words", "upstream error", {"text||upstream error\n", {}}},
  {"words that begin like SSE", "  data", {"text||data\n", {}}},
  {"words that begin like SSE and go on otherwise",
   "\n event loop failed",
   {"text||event loop failed\n", {}}},
  {"half a byte-order mark", "\xef\xbb", {"text||\xef\xbb\n", {}}},
  {"bytes that begin like a byte-order mark", "\xef\xbbX", {"text||\xef\xbbX\n", {}}},
  {"SSE, whatever it is labelled as",
   "data: {\"a\":1}\n\ndata: {\"b\":2}\n\n",
   {"json||{\"a\":1}\njson||{\"b\":2}\n", {}}},
  {"SSE with names, comments, other fields and CRLF",
   ": keep-alive\r\n\r\nid: 7\r\nretry: 1000\r\nevent: ping\r\ndata:{\"a\":1}\r\n\r\n",
   {"json|ping|{\"a\":1}\n", {}}},
  {"SSE that begins with a retry field", "retry: 5\n\ndata: [1]\n\n", {"json||[1]\n", {}}},
  {"SSE that begins with an id", "id: 5\ndata: [1]\n\n", {"json||[1]\n", {}}},
  {"SSE behind a byte-order mark and blank lines",
   "\xef\xbb\xbf\r\n\r\ndata: {\"a\":1}\n\n",
   {"json||{\"a\":1}\n", {}}},
  {"[DONE] is text",
   "data: {\"a\":1}\n\ndata: [DONE]\n\n",
   {"json||{\"a\":1}\ntext||[DONE]\n", {}}},
  {"an empty data line is no message", "data:\n\ndata: [1]\n\n", {"json||[1]\n", {}}},
  {"SSE with an image in one data line",
   "event: image_generation.completed\ndata: {\"b64_json\":\"" + k_image + "\"}\n\n",
   {"json|image_generation.completed|{\"b64_json\":\"@1\"}\n", {k_bytes}}},
  {"SSE with an image over several data lines",
   "data: {\"b64_json\":\"" + k_image.substr(0, 600) + "\ndata: " + k_image.substr(600) + "\"}\n\n",
   {"json||{\"b64_json\":\"@1\"}\n", {k_bytes}}},
  {"SSE with a preview and an image",
   "event: p\ndata: {\"b\":\"" + k_image + "\"}\n\nevent: c\ndata: {\"b\":\"" + k_image + "\"}\n\n",
   {"json|p|{\"b\":\"@1\"}\njson|c|{\"b\":\"@2\"}\n", {k_bytes, k_bytes}}},
  {"SSE without the last blank line",
   "data: {\"b\":\"" + k_image + "\"}",
   {"json||{\"b\":\"@1\"}\n", {k_bytes}}},
  {"SSE of a connection that broke before the blank line",
   "data: [1]\n\ndata: {\"b\":\"" + k_image,
   {"json||[1]\ncut||{\"b\":\"@1", {k_bytes + "!"}},
   Ending::broken},
  {"SSE of a connection that broke behind an image, within its event",
   "event: p\ndata: {\"b\":\"" + k_image + "\"",
   {"cut|p|{\"b\":\"@1\"", {k_bytes}},
   Ending::broken},
  {"a web page of a connection that broke, whole all the same",
   std::string(70'000, 'x'),
   {"cut||" + std::string(65'536, 'x'), {}},
   Ending::broken},
  {"SSE of a connection that broke behind a whole event",
   "data: {\"b\":\"" + k_image + "\"}\n",
   {"json||{\"b\":\"@1\"}\n", {k_bytes}},
   Ending::broken},
  {"JSON of a connection that broke behind the whole of it",
   R"({"b64_json":")" + k_image + R"("})",
   {"json||{\"b64_json\":\"@1\"}\n", {k_bytes}},
   Ending::broken},
  {"several documents of a connection that broke within the last",
   "{\"a\":1}\n{\"b\":\"" + k_image + "\"}\n{\"c\":\"" + k_image + "\"",
   {"json||{\"a\":1}\njson||{\"b\":\"@1\"}\ncut||{\"c\":\"@2\"", {k_bytes, k_bytes}},
   Ending::broken},
  {"marks behind a document of a connection that broke",
   "cb({\"a\":1});\n",
   {"json||{\"a\":1}\n", {}},
   Ending::broken},
  {"JSON that nobody listens to",
   R"({"b64_json":")" + k_image + R"("})",
   {R"(cut||{"b64_json":"@1"})", {k_bytes}},
   Ending::unheard},
  {"SSE that nobody listens to",
   "data: [1]\n\nevent: p\ndata: {\"b\":\"" + k_image + "\"}",
   {"json||[1]\ncut|p|{\"b\":\"@1\"}", {k_bytes}},
   Ending::unheard},
  {"SSE that ends within an image",
   "data: {\"b\":\"" + k_image,
   {"text||{\"b\":\"@1\n", {k_bytes + "!"}}},
  {"an image that is not valid base64",
   R"({"b64_json":")" + k_image.substr(0, k_image.size() - 4) + R"(A"})",
   {"json||{\"b64_json\":\"@1\"}\n", {k_bytes.substr(0, (k_image.size() - 4) / 4 * 3) + "!"}}},
};

// What stands around an image that is paid for: a document of the same text each time.
struct NearlyJson {
  std::string_view name;
  std::string before; // the quote of the base64
  std::string behind;
  std::string text; // "IMAGE" where the token stands
};

const std::vector<NearlyJson> k_nearly_json{
  {"a comma behind the last member", R"({"b":")", R"(",})", R"(json||{"b":"IMAGE"})"},
  {"commas behind the last ones", R"([{"b":")", "\" , } ,\n]", "json||[{\"b\":\"IMAGE\"  } \n]"},
  {"commas that separate nothing", R"([,{"b":")", R"("},,1])", R"(json||[{"b":"IMAGE"},1])"},
  {"NaN and Infinity", R"({"s":NaN,"t":[-Infinity,Infinity],"b":")", R"("})",
   R"(json||{"s":null,"t":[null,null],"b":"IMAGE"})"},
  {"words of other languages", R"({"s":None,"t":True,"u":undefined,"b":")", R"("})",
   R"(json||{"s":null,"t":true,"u":null,"b":"IMAGE"})"},
  {"a second document", R"({"b":")", R"("}{"done":1})",
   "json||{\"b\":\"IMAGE\"}\njson||{\"done\":1}"},
  {"a document in front", "{\"p\":1}\n{\"b\":\"", "\"}\n",
   "json||{\"p\":1}\njson||{\"b\":\"IMAGE\"}"},
  {"lines of documents, the last cut", "{\"p\":1}\n{\"b\":\"",
   "\"}\n{\"c\":", "json||{\"p\":1}\njson||{\"b\":\"IMAGE\"}"},
  {"record separators", "\x1e{\"p\":1}\n\x1e{\"b\":\"", "\"}\n",
   "json||{\"p\":1}\njson||{\"b\":\"IMAGE\"}"},
  {"comments", "/* x */ {\"a\":1, // one\n\"b\":\"", "\" /* two */}",
   "json||{\"a\":1, \"b\":\"IMAGE\" }"},
  {"a brace too many", R"({"b":")", R"("}})", R"(json||{"b":"IMAGE"})"},
  {"a semicolon", R"({"b":")", "\"};\n", R"(json||{"b":"IMAGE"})"},
  {"a word", R"({"b":")", "\"}\nOK\n", R"(json||{"b":"IMAGE"})"},
  {"a page", R"({"b":")", "\"}<html><body>x</body></html>", R"(json||{"b":"IMAGE"})"},
  {"a guard", ")]}',\n{\"b\":\"", "\"}", R"(json||{"b":"IMAGE"})"},
  {"another guard", "while(1);[{\"b\":\"", "\"}]", R"(json||[{"b":"IMAGE"}])"},
  {"a guard with a document of its own", "{}&&{\"b\":\"", "\"}", R"(json||{"b":"IMAGE"})"},
  {"a callback", "cb({\"b\":\"", "\"});", R"(json||{"b":"IMAGE"})"},
  {"lengths of chunks", "4f3\r\n{\"b\":\"", "\"}\r\n0\r\n\r\n", R"(json||{"b":"IMAGE"})"},
  {"NULs in front and behind", "\0\0{\"b\":\""s, "\"}\0"s, R"(json||{"b":"IMAGE"})"},
  {"a NUL in between", "{\0\"b\":\""s, "\"}", R"(json||{ "b":"IMAGE"})"},
  {"a byte-order mark in between", "{\xef\xbb\xbf\"b\":\"", "\"}", R"(json||{"b":"IMAGE"})"},
  {"control characters in a string", "{\"p\":\"a\nb\tc\0d\",\"b\":\""s, "\"}",
   R"(json||{"p":"a\nb\u0009c\u0000d","b":"IMAGE"})"},
  {"escapes that JSON does not know", R"({"p":"it\'s \x41","b":")", R"("})",
   R"(json||{"p":"it's x41","b":"IMAGE"})"},
  {"half a surrogate pair beside a comma too many", R"({"p":"\ud83d","b":")", R"(",})",
   R"(json||{"p":"\ufffd","b":"IMAGE"})"},
  {"UTF-8 that is none", "{\"p\":\"\xff\xc3\",\"b\":\"", "\"}",
   "json||{\"p\":\"\xff\xc3\",\"b\":\"IMAGE\"}"},
  {"a member twice", R"({"b":"","b":")", R"("})", R"(json||{"b":"","b":"IMAGE"})"},
  {"JSON in a JSON string", R"("{\"b\":\")", R"(\"}")", R"(json||{"b":"IMAGE"})"},
  {"nearly JSON in a JSON string", R"("{\"b\":\")", R"(\",}")", R"(json||{"b":"IMAGE"})"},
  {"data: where nobody said events", "data: {\"b\":\"", "\",}\n\n", R"(json||{"b":"IMAGE"})"},
};

} // namespace

TEST_CASE("an image in what is JSON but for a small fault is there, whatever the chunks are")
{
  for (const auto& sample : k_nearly_json) {
    CAPTURE(sample.name);
    const auto body = sample.before + k_image + sample.behind;
    auto text = sample.text;
    text.replace(text.find("IMAGE"), 5, "@1");
    const Seen seen{text + "\n", {k_bytes}};
    CHECK(read_in_pieces({body}, Ending::complete) == seen);
    for (std::size_t cut = 1; cut < body.size(); ++cut) {
      const std::string_view whole = body;
      REQUIRE(read_in_pieces({whole.substr(0, cut), whole.substr(cut)}, Ending::complete) == seen);
    }
    std::vector<std::string_view> single;
    for (std::size_t i = 0; i < body.size(); ++i) {
      single.push_back(std::string_view(body).substr(i, 1));
    }
    CHECK(read_in_pieces(single, Ending::complete) == seen);
  }
}

TEST_CASE("words in brackets are no JSON")
{
  for (const std::string body :
       {"[ERROR] no model", "[1] no model", "{not json}", "{\"a\" 1}", "{\"a\":1]", "[{]}",
        "see callback(1) {x}", "12 monkeys {\"a\":1}", "{\"a\":\"", "/* no end {\"a\":1}"}) {
    CAPTURE(body);
    CHECK(read_in_pieces({body}, Ending::complete) == Seen{"text||" + body + "\n", {}});
  }
}

TEST_CASE("the body of an answer becomes the same messages whatever its chunks are")
{
  for (const auto& sample : k_samples) {
    CAPTURE(sample.name);
    const std::string_view body = sample.body;
    REQUIRE(read_in_pieces({body}, sample.ending) == sample.seen);
    for (std::size_t cut = 1; cut < body.size(); ++cut) {
      CAPTURE(cut);
      REQUIRE(read_in_pieces({body.substr(0, cut), body.substr(cut)}, sample.ending)
              == sample.seen);
    }
    std::vector<std::string_view> bytes;
    for (std::size_t at = 0; at < body.size(); ++at) {
      bytes.push_back(body.substr(at, 1));
    }
    CHECK(read_in_pieces(bytes, sample.ending) == sample.seen);
  }
}

TEST_CASE("empty chunks change nothing")
{
  CHECK(read_in_pieces({"", "\xef", "", "\xbb\xbf", "", "{\"a\"", "", ":1}", ""}, Ending::complete)
        == Seen{"json||{\"a\":1}\n", {}});
}

TEST_CASE("keep-alive blanks of hours are not kept")
{
  Recorder recorder;
  MessageStream stream(recorder, {});
  const std::string blanks(64 * 1024, '\n');
  for (int i = 0; i < 1024; ++i) { // four times what a message may have
    REQUIRE(stream.feed(blanks) == State::going);
  }
  CHECK(stream.feed(R"({"a":1})") == State::going);
  CHECK(stream.finish(Ending::complete) == State::going);
  CHECK(recorder.seen.text == "json||{\"a\":1}\n");
}

TEST_CASE("an image that is the answer streams by, as bytes and in base64")
{
  const std::string raw = "\x89PNG\r\n\x1a\n" + image_bytes(3 * 1024 * 1024 - 8);
  for (const auto& piece : {raw, base64(raw)}) {
    Recorder recorder;
    Limits limits;
    limits.max_message_size = 1024 * 1024; // is of what is left
    MessageStream stream(recorder, limits);
    for (int i = 0; i < 3; ++i) {
      REQUIRE(stream.feed(piece) == State::going);
      REQUIRE(recorder.seen.images.at(0).size() + 3 >= (i + 1) * raw.size());
    }
    CHECK(stream.finish(Ending::complete) == State::going);
    CHECK(recorder.seen.text == "json||\"@1\"\n");
    CHECK(recorder.seen.images.at(0) == raw + raw + raw);
  }
}

TEST_CASE("of a text only the beginning is kept")
{
  Recorder recorder;
  MessageStream stream(recorder, {});
  const std::string piece(50'000, 'x');
  for (int i = 0; i < 500; ++i) {
    REQUIRE(stream.feed(piece) == State::going);
  }
  stream.finish(Ending::complete);
  CHECK(recorder.seen.text == "text||" + std::string(MessageStream::k_max_text_size, 'x') + "\n");
}

TEST_CASE("JSON that turns out to be none is cut like any text")
{
  Recorder recorder;
  MessageStream stream(recorder, {});
  stream.feed("{" + std::string(200'000, ' '));
  stream.finish(Ending::complete);
  CHECK(recorder.seen.text
        == "text||{" + std::string(MessageStream::k_max_text_size - 1, ' ') + "\n");
}

TEST_CASE("a message over the limit is the end")
{
  const auto limit = limn::Limits().max_message_size;
  const std::string padding(1024 * 1024, ' ');

  SUBCASE("JSON")
  {
    Recorder recorder;
    MessageStream stream(recorder, {});
    std::size_t fed = 2;
    auto state = stream.feed("{1");
    while (state == State::going) {
      REQUIRE(fed <= limit);
      state = stream.feed(padding);
      fed += padding.size();
    }
    CHECK(state == State::too_large);
    CHECK(stream.feed("}") == State::too_large);
    CHECK(stream.finish(Ending::complete) == State::too_large);
    CHECK(recorder.messages == 0);
    CHECK(recorder.seen.text.size() == limit + std::string_view("cut||").size());
  }
  SUBCASE("an event of SSE, and what came before it stays delivered")
  {
    Recorder recorder;
    MessageStream stream(recorder, {});
    auto state = stream.feed("data: [1]\n\ndata: [2");
    for (std::size_t fed = 0; state == State::going; fed += padding.size()) {
      REQUIRE(fed <= limit);
      state = stream.feed(padding);
    }
    CHECK(state == State::too_large);
    CHECK(stream.feed("]\n\ndata: [2]\n\n") == State::too_large);
    CHECK(stream.finish(Ending::broken) == State::too_large);
    CHECK(recorder.messages == 1);
    const bool is_cut_at_limit =
      recorder.seen.text == "json||[1]\ncut||[2" + std::string(limit - 2, ' ');
    CHECK(is_cut_at_limit);
  }
  SUBCASE("one that goes over it only with what was held back")
  {
    Recorder recorder;
    MessageStream stream(recorder, {});
    const std::string held(Lift::k_default_threshold - 1, 'A'); // may yet become an image
    REQUIRE(stream.feed("[\"" + std::string(limit - 100, ' ') + held) == State::going);
    CHECK(stream.finish(Ending::complete) == State::too_large);
    CHECK(recorder.messages == 0);
  }
  SUBCASE("one that the token of an image takes over it, in one piece and in two")
  {
    const auto bytes = image_bytes(1200);
    const auto text = "[1" + std::string(limit - 4, ' ') + '"'; // "@1" is one too many
    for (const std::string_view before : {"", "data: "}) {
      const auto body = std::string(before) + text + base64(bytes) + "\"]\n\n";
      for (const auto size : {body.size(), before.size() + text.size() + 1030}) {
        CAPTURE(size);
        Recorder recorder;
        MessageStream stream(recorder, {});
        const auto piece = std::string_view(body).substr(0, size);
        CHECK(stream.feed(piece) == State::too_large);
        CHECK(stream.finish(Ending::broken) == State::too_large);
        const bool is_cut = recorder.seen.text == "cut||" + text + "@";
        CHECK(is_cut);
        CHECK(recorder.seen.images == std::vector<std::string>{"!"});
      }
    }
  }
  SUBCASE("exactly the limit is none")
  {
    Recorder recorder;
    MessageStream stream(recorder, {});
    CHECK(stream.feed("[" + std::string(limit - 2, ' ') + "]") == State::going);
    CHECK(stream.finish(Ending::complete) == State::going);
    CHECK(recorder.seen.text.size() == limit + "json||\n"s.size());
    CHECK(recorder.seen.text.starts_with("json||["));
  }
  SUBCASE("an image does not count")
  {
    Recorder recorder;
    MessageStream stream(recorder, {});
    const auto bytes = image_bytes(3 * 1024 * 1024);
    const auto image = base64(bytes);
    stream.feed(R"({"b64_json":")");
    for (int i = 0; i < 6; ++i) {
      REQUIRE(stream.feed(image) == State::going);
    }
    stream.feed(R"("})");
    CHECK(stream.finish(Ending::complete) == State::going);
    CHECK(recorder.seen.text == "json||{\"b64_json\":\"@1\"}\n");
    CHECK(recorder.seen.images.at(0).size() == 6 * bytes.size());
  }
  SUBCASE("many small messages are not one large one")
  {
    Recorder recorder;
    recorder.wanted = 1 << 20;
    MessageStream stream(recorder, {});
    const auto event = "data: [\"" + std::string(1000, '-') + "\"]\n\n";
    for (int i = 0; i < 20'000; ++i) {
      REQUIRE(stream.feed(event) == State::going);
    }
    CHECK(recorder.messages == 20'000);
  }
}

TEST_CASE("a message deeper than the limit is the end, whatever its frame")
{
  limn::Limits limits;
  limits.max_json_depth = 8;
  const auto nested = [](std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
  };
  for (const char* frame : {"", "data: "}) {
    CAPTURE(frame);
    Recorder recorder;
    MessageStream stream(recorder, limits);
    stream.feed(frame + nested(8) + "\n\n");
    CHECK(stream.finish(Ending::complete) == State::going);
    CHECK(recorder.seen.text == "json||" + nested(8) + (*frame ? "\n" : "\n\n\n"));

    Recorder deaf;
    MessageStream deep(deaf, limits);
    deep.feed(frame + nested(9) + "\n\n");
    CHECK(deep.finish(Ending::complete) == State::too_deep);
    CHECK(deaf.messages == 0);
  }
  Recorder recorder;
  MessageStream text(recorder, limits);
  text.feed("<script>" + nested(9));
  CHECK(text.finish(Ending::complete) == State::going); // a web page is no JSON
}

TEST_CASE("neither a guard nor a string hides the depth of what is in it")
{
  const std::string deep = std::string(100, '[') + "{}" + std::string(100, ']');
  for (const std::string& body : {")]}'" + deep, "\"" + deep + "\"", "{}\n" + deep}) {
    CAPTURE(body);
    Recorder recorder;
    MessageStream stream(recorder, {});
    CHECK(stream.feed(body) == State::going);
    CHECK(stream.finish(Ending::complete) == State::too_deep);
  }
}

TEST_CASE("a sink that wants no more hears no more")
{
  Recorder recorder;
  recorder.wanted = 2;
  MessageStream stream(recorder, {});
  SUBCASE("within a chunk")
  {
    CHECK(stream.feed("data: [1]\n\ndata: [2]\n\ndata: [3]\n\ndata: [4]") == State::unwanted);
  }
  SUBCASE("between chunks")
  {
    CHECK(stream.feed("data: [1]\n\ndata: [2]\n") == State::going);
    CHECK(stream.feed("\ndata: [3]\n\n") == State::unwanted);
    CHECK(stream.feed("data: [4]\n\n") == State::unwanted);
  }
  SUBCASE("at the end")
  {
    CHECK(stream.feed("data: [1]\n\ndata: [2]") == State::going);
  }
  CHECK(stream.finish(Ending::complete) == State::unwanted);
  CHECK(recorder.seen.text == "json||[1]\njson||[2]\n");
}

} // namespace message_stream_test
