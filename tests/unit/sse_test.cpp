#include "answer/sse.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace sse_test {

using namespace limn;

namespace {

struct Event {
  std::string name;
  std::string data;

  bool operator==(const Event&) const = default;
};

using Events = std::vector<Event>;

std::ostream& operator<<(std::ostream& out, const Events& events)
{
  for (const auto& event : events) {
    out << "{" << event.name << "|" << event.data << "}";
  }
  return out;
}

class Recorder : public SseSink
{
public:
  void data(std::string_view piece) override
  {
    CHECK(!piece.empty());
    m_data += piece;
    ++data_calls;
  }

  void dispatch(std::string_view name) override
  {
    events.push_back({std::string(name), m_data});
    m_data.clear();
  }

  Events events;
  std::size_t data_calls = 0;

private:
  std::string m_data;
};

Events read_pieces(const std::vector<std::string_view>& pieces)
{
  Recorder recorder;
  SseReader reader(recorder);
  for (const auto piece : pieces) {
    reader.feed(piece);
  }
  reader.finish();
  return recorder.events;
}

// Checks every way to cut `text` in two, and every size of equal chunks.
void check_read(std::string_view text, const Events& expected)
{
  CAPTURE(text);
  CHECK(read_pieces({text}) == expected);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    CAPTURE(at);
    CHECK(read_pieces({text.substr(0, at), text.substr(at)}) == expected);
  }
  for (std::size_t size = 1; size < text.size(); ++size) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += size) {
      pieces.push_back(text.substr(at, size));
    }
    CAPTURE(size);
    CHECK(read_pieces(pieces) == expected);
  }
}

// With each of the three line ends.
void check_read_all(std::string_view text, const Events& expected)
{
  for (const std::string line_end : {"\n", "\r", "\r\n"}) {
    std::string variant;
    for (const char c : text) {
      c == '\n' ? variant += line_end : variant += c;
    }
    check_read(variant, expected);
  }
}

} // namespace

TEST_CASE("an event has the name and the data of its lines, whatever ends them")
{
  check_read_all("event: image_generation.completed\ndata: {\"type\":\"x\"}\n\n",
                 {{"image_generation.completed", "{\"type\":\"x\"}"}});
  check_read_all("data: 1\n\ndata: 2\n\nevent: e\ndata: 3\n\ndata: 4\n\n",
                 {{"", "1"}, {"", "2"}, {"e", "3"}, {"", "4"}});
}

TEST_CASE("line ends of all kinds may stand in one stream")
{
  check_read("data: 1\rdata: 2\ndata: 3\r\n\ndata: 4\r\n\r\ndata: 5\r\r\ndata: 6\n\r",
             {{"", "1\n2\n3"}, {"", "4"}, {"", "5"}, {"", "6"}});
}

TEST_CASE("several data lines are joined with a line break")
{
  check_read_all("data: a\ndata: b\ndata\ndata:\ndata: c\n\n", {{"", "a\nb\n\n\nc"}});
}

TEST_CASE("one blank behind the colon is dropped, and no other")
{
  check_read_all("data:a\n\ndata: b\n\ndata:  c \n\ndata:\td\n\nevent:e\ndata: f\n\n",
                 {{"", "a"}, {"", "b"}, {"", " c "}, {"", "\td"}, {"e", "f"}});
}

TEST_CASE("a colon in the data is data")
{
  check_read_all("data: a: b::c\n\ndata::\n\n", {{"", "a: b::c"}, {"", ":"}});
}

TEST_CASE("comments and unknown fields are ignored")
{
  check_read_all(": keep-alive\n\n:\n\nid: 7\nretry: 10\nDATA: x\ndata : x\ndatas: x\n"
                 "eventually: x\nnonsense\n data: x\n: data: x\ndata: y\n\n",
                 {{"", "y"}});
}

TEST_CASE("an event without a data line is not reported, and leaves no name behind")
{
  check_read_all("event: ping\n\ndata: x\n\n\n\nevent: pong\n\n", {{"", "x"}});
}

TEST_CASE("an event with an empty data line is reported")
{
  check_read_all("data\n\ndata:\n\ndata: \n\ndata\ndata\n\n",
                 {{"", ""}, {"", ""}, {"", ""}, {"", "\n"}});
}

TEST_CASE("the last event line of an event gives its name")
{
  check_read_all("event: a\nevent: b\ndata: x\n\nevent: c\nevent\ndata: y\n\n",
                 {{"b", "x"}, {"", "y"}});
}

TEST_CASE("a byte-order mark is skipped at the start and nowhere else")
{
  check_read_all("\xEF\xBB\xBF"
                 "data: x\n\n",
                 {{"", "x"}});
  check_read_all("\xEF\xBB\xBF\n\ndata: \xEF\xBB\xBFx\n\n", {{"", "\xEF\xBB\xBFx"}});
  check_read_all("\n\xEF\xBB\xBF"
                 "data: x\n\n",
                 {});
  check_read_all("\xEF\xBB"
                 "data: x\ndata: y\n\n",
                 {{"", "y"}});
  check_read_all("\xEF\ndata: y\n\n", {{"", "y"}});
  check_read_all("\xEF\xBB\xBF\xEF\xBB\xBF"
                 "data: x\n\n",
                 {});
}

TEST_CASE("an event without a blank line behind it is reported at the end of the stream")
{
  check_read_all("data: x\n\nevent: last\ndata: y\n", {{"", "x"}, {"last", "y"}});
  check_read_all("data: x\n\nevent: last\ndata: y", {{"", "x"}, {"last", "y"}});
  check_read_all("data:", {{"", ""}});
  check_read_all("data: x\nda", {{"", "x"}});
  check_read_all("data: x\ndata", {{"", "x"}}); // may have become a longer name
  check_read_all("event: x\n", {});
  check_read_all("", {});
}

TEST_CASE("zero bytes and bytes that are no UTF-8 are data like others")
{
  using namespace std::string_literals;
  check_read("data: a\0b\xFF\n\n"s, {{"", "a\0b\xFF"s}});
}

TEST_CASE("a name longer than 256 bytes is cut")
{
  const std::string name(300, 'n');
  Recorder recorder;
  SseReader reader(recorder);
  for (const char c : "event: " + name + "\ndata: x\n\n") {
    reader.feed({&c, 1});
  }
  CHECK(recorder.events == Events{{std::string(256, 'n'), "x"}});
  CHECK(read_pieces({"event: " + name + "\ndata: x\n\n"}) == Events{{std::string(256, 'n'), "x"}});
}

TEST_CASE("a reader is ready for a new stream after each end")
{
  for (const std::string_view first : {"data: x\r", "event: e\nda", "\xEF\xBB", "data: x", ": y"}) {
    Recorder recorder;
    SseReader reader(recorder);
    reader.feed(first);
    reader.finish();
    recorder.events.clear();
    reader.feed("\xEF\xBB\xBF"
                "data: z\n\n");
    CHECK(recorder.events == Events{{"", "z"}});
  }
}

TEST_CASE("the data of a line reaches the sink in one piece a chunk")
{
  Recorder recorder;
  SseReader reader(recorder);
  reader.feed("data: " + std::string(100000, 'x') + "\n\n");
  CHECK(recorder.data_calls == 1);
  CHECK(recorder.events == Events{{"", std::string(100000, 'x')}});
}

TEST_CASE("random streams are read alike in one piece and in many")
{
  std::mt19937 random(19);
  const std::vector<std::string> tokens = {"data", ":",         " ",           "\n", "\r",
                                           "\r\n", "event",     "data:",       "id", "xy",
                                           "\n\n", "data: x\n", "\xEF\xBB\xBF"};
  for (int round = 0; round < 4000; ++round) {
    std::string text;
    while (text.size() < 120) {
      text += tokens[random() % tokens.size()];
    }
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size();) {
      const auto size = 1 + random() % (round % 2 == 0 ? 2 : 30);
      pieces.push_back(std::string_view(text).substr(at, size));
      at += size;
    }
    CAPTURE(text);
    REQUIRE(read_pieces(pieces) == read_pieces({text}));
  }
}

} // namespace sse_test
