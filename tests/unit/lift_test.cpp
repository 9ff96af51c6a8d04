#include "answer/lift.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace limn;

namespace {

constexpr std::size_t k_threshold = 100; // keeps samples short enough for every chunk boundary

struct Run {
  std::string bytes;
  bool whole = false;

  bool operator==(const Run&) const = default;
};

struct Lifted {
  std::string json; // tokens are <1>, <2>, ...
  std::vector<Run> runs;

  bool operator==(const Lifted&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Lifted& lifted)
{
  out << lifted.json;
  for (const auto& run : lifted.runs) {
    out << " [" << run.bytes.size() << (run.whole ? " bytes, whole]" : " bytes, not whole]");
  }
  return out;
}

// Writes down what comes, and checks that it comes in order.
class Recorder : public LiftSink
{
public:
  void text(std::string_view piece) override
  {
    CHECK(!piece.empty());
    // Inside a run nothing but its token may come.
    CHECK((!m_in_run || (piece == m_token && lifted.runs.back().bytes.empty())));
    lifted.json += piece;
    ++text_calls;
  }

  std::string begin_run() override
  {
    CHECK(!m_in_run);
    m_in_run = true;
    lifted.runs.emplace_back();
    m_token = "<" + std::to_string(lifted.runs.size()) + ">";
    return m_token;
  }

  void bytes(std::span<const std::byte> piece) override
  {
    REQUIRE(m_in_run);
    CHECK(!piece.empty());
    lifted.runs.back().bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    ++bytes_calls;
    largest_piece = std::max(largest_piece, piece.size());
  }

  void end_run(bool whole) override
  {
    REQUIRE(m_in_run);
    m_in_run = false;
    lifted.runs.back().whole = whole;
  }

  Lifted lifted;
  std::size_t text_calls = 0;
  std::size_t bytes_calls = 0;
  std::size_t largest_piece = 0;

private:
  bool m_in_run = false;
  std::string m_token;
};

Lifted lift_pieces(const std::vector<std::string_view>& pieces, std::size_t threshold = k_threshold)
{
  Recorder recorder;
  Lift lift(recorder, threshold);
  for (const auto piece : pieces) {
    lift.feed(piece);
  }
  lift.finish();
  return recorder.lifted;
}

// Checks every way to cut `text` in two, and every size of equal chunks.
void check_lift(std::string_view text, const Lifted& expected)
{
  CAPTURE(text);
  CHECK(lift_pieces({text}) == expected);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    CAPTURE(at);
    CHECK(lift_pieces({text.substr(0, at), text.substr(at)}) == expected);
  }
  for (std::size_t size = 1; size < std::min<std::size_t>(text.size(), 90); ++size) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); at += size) {
      pieces.push_back(text.substr(at, size));
    }
    CAPTURE(size);
    CHECK(lift_pieces(pieces) == expected);
  }
}

void check_untouched(const std::string& text)
{
  check_lift(text, {text, {}});
}

// Of all kinds of characters, and never the same for two sizes or seeds.
std::string picture(std::size_t size, unsigned seed = 1)
{
  std::mt19937 random(seed * 1000 + static_cast<unsigned>(size));
  std::string bytes(size, '\0');
  for (auto& byte : bytes) {
    byte = static_cast<char>(random() % 3 == 0 ? 0xFF : random()); // 0xFF makes many slashes
  }
  return bytes;
}

std::string base64(std::string_view bytes)
{
  return base64_encode(std::as_bytes(std::span(bytes)));
}

std::string replaced(std::string_view text, char from, std::string_view to)
{
  std::string result;
  for (const char c : text) {
    c == from ? result += to : result += c;
  }
  return result;
}

std::string wrapped(std::string_view text, std::size_t width, std::string_view line_break)
{
  std::string result;
  for (std::size_t at = 0; at < text.size(); at += width) {
    result += text.substr(at, width);
    result += line_break;
  }
  return result;
}

std::string in_json(std::string_view value)
{
  return R"({"created":1,"data":[{"b64_json":")" + std::string(value) + R"("}],"usage":{"n":2}})";
}

std::string repeated(std::string_view text, std::size_t times)
{
  std::string result;
  for (std::size_t i = 0; i < times; ++i) {
    result += text;
  }
  return result;
}

} // namespace

TEST_CASE("ordinary JSON passes through the lift untouched")
{
  check_untouched("");
  check_untouched("{}");
  check_untouched(R"({"a":[1,2.5e-3,null,true,"x"],"b":{"":""}})");
  check_untouched("\xEF\xBB\xBF \r\n\n"
                  R"({"error":{"message":"no \"such\" model\\","code":null}})");
  check_untouched(R"({"a":"\\","b":"\\\"","c":"\u0022\u00e9\ud83d\ude00 \b\f\n\r\t\/"})");
  check_untouched(R"(["\u002B","\u002f\u003D","\/\/\/","\n\n\n","====","a=b","a\u003d"])");
  check_untouched("{\"utf8\":\"\xE4\xBD\x99\xE9\xA2\x9D\xE4\xB8\x8D\xE8\xB6\xB3\"}");
}

TEST_CASE("a long prompt that is no base64 passes through the lift untouched")
{
  check_untouched(in_json(repeated("A cat on a wall, at dawn. ", 12)));
  check_untouched(in_json(repeated("word ", 60)));
  check_untouched(in_json(repeated("word\\n", 60)));
  check_untouched(in_json(repeated("word\n", 60)));
  check_untouched(in_json(repeated("https:\\/\\/host.example\\/v1?a=b&", 10)));
  check_untouched(in_json(repeated(std::string(59, 'x') + "\\n", 6)));
  check_untouched(in_json(repeated(std::string(60, 'x') + " ", 6)));
}

TEST_CASE("base64 shorter than the threshold stays inline, escapes unchanged")
{
  const std::string just_short(k_threshold - 1, 'Q');
  check_untouched(in_json("aGVsbG8="));
  check_untouched(in_json(just_short));
  check_untouched(in_json(just_short + "=="));
  check_untouched(in_json("data:image\\/png;base64," + just_short));
  check_untouched(in_json(repeated("\\/9j\\u002B", 24)));
  check_untouched(in_json(std::string(70, 'Q') + "\\n" + std::string(29, 'Q') + "\\n="));
}

TEST_CASE("long base64 outside of strings passes through the lift untouched")
{
  check_untouched(std::string(3 * k_threshold, 'Q'));
  check_untouched("{\"a\":1}" + std::string(3 * k_threshold, 'Q') + "[\"b\"]");
  check_untouched(R"({"a\"":")"
                  "x\\\\\","
                  + std::string(3 * k_threshold, '7') + "}");
}

TEST_CASE("a long base64 string is taken out, with every tail")
{
  for (std::size_t size = 75; size < 81; ++size) {
    const auto bytes = picture(size);
    check_lift(in_json(base64(bytes)), {in_json("<1>"), {{bytes, true}}});
  }
}

TEST_CASE("a run of exactly the threshold is taken out")
{
  const auto bytes = picture(k_threshold / 4 * 3);
  REQUIRE(base64(bytes).size() == k_threshold);
  check_lift(in_json(base64(bytes)), {in_json("<1>"), {{bytes, true}}});
}

TEST_CASE("a data URL keeps its prefix and loses its base64")
{
  const auto bytes = picture(100);
  const std::string prefix = "data:image\\/png;base64,";
  check_lift(in_json(prefix + base64(bytes)), {in_json(prefix + "<1>"), {{bytes, true}}});
}

TEST_CASE("a data URL inside of Markdown is taken out and the text around it stays")
{
  const auto bytes = picture(100);
  const std::string before = "Here is\\nyour image: ![image](data:image/png;base64,";
  check_lift(in_json(before + base64(bytes) + ") \\u002B more.\\n"),
             {in_json(before + "<1>) \\u002B more.\\n"), {{bytes, true}}});
  check_lift(in_json(before + base64(bytes) + " and then words"),
             {in_json(before + "<1> and then words"), {{bytes, true}}});
}

TEST_CASE("escaped slashes, pluses and equal signs count as what they stand for")
{
  const auto bytes = "\xFF\xFF\xFF" + picture(111) + "\xFB\xEF\xBE";
  const auto text = base64(bytes + "x"); // ends with ==
  REQUIRE(text.ends_with("=="));
  REQUIRE(text.starts_with("//"));
  const Lifted expected = {in_json("<1>"), {{bytes + "x", true}}};
  check_lift(in_json(replaced(text, '/', "\\/")), expected);
  check_lift(in_json(replaced(text, '/', "\\u002F")), expected);
  check_lift(in_json(replaced(replaced(text, '+', "\\u002b"), '=', "\\u003d")), expected);
  check_lift(in_json(replaced(replaced(text, '/', "\\u002f"), '=', "\\u003D")), expected);
}

TEST_CASE("URL-safe base64 and missing padding are taken out")
{
  const auto bytes = "\xFF\xFF\xFE" + picture(104);
  auto text = replaced(replaced(base64(bytes), '/', "_"), '+', "-");
  REQUIRE(text.ends_with("="));
  check_lift(in_json(text), {in_json("<1>"), {{bytes, true}}});
  text.resize(text.find('='));
  check_lift(in_json(text), {in_json("<1>"), {{bytes, true}}});
}

TEST_CASE("wrapped base64 is taken out, whatever breaks its lines")
{
  const auto bytes = picture(133);
  const auto text = base64(bytes);
  for (const std::string line_break : {"\\n", "\\r\\n", "\\n\\t", "\n", "\r\n"}) {
    for (const std::size_t width : {60U, 64U, 76U, 77U}) {
      check_lift(in_json(wrapped(text, width, line_break)), {in_json("<1>"), {{bytes, true}}});
    }
  }
}

TEST_CASE("base64 in several data lines of an event, joined by a line break, is one run")
{
  const auto bytes = picture(160);
  const auto text = base64(bytes);
  check_lift(in_json(text.substr(0, 90) + "\n" + text.substr(90)),
             {in_json("<1>"), {{bytes, true}}});
}

TEST_CASE("nothing but white space and more padding goes on behind padding")
{
  const auto bytes = picture(100);
  const auto text = base64(bytes);
  REQUIRE(text.ends_with("=="));
  check_lift(in_json(text + "\\n\\r\\n"), {in_json("<1>"), {{bytes, true}}});
  check_lift(in_json(text.substr(0, text.size() - 1) + "\\n="), {in_json("<1>"), {{bytes, true}}});
  check_lift(in_json(text + "QUJD"), {in_json("<1>QUJD"), {{bytes, true}}});
  check_lift(in_json(text + "\\u002BUJD"), {in_json("<1>\\u002BUJD"), {{bytes, true}}});
  check_lift(in_json(text + "\\\"x"), {in_json("<1>\\\"x"), {{bytes, true}}});
  check_lift(in_json(text + "\\u0041"), {in_json("<1>\\u0041"), {{bytes, true}}});
}

TEST_CASE("several runs come out in their order")
{
  const auto first = picture(100, 1);
  const auto second = "\xFF\xD8\xFF" + picture(90, 2);
  check_lift("[\"" + base64(first) + "\",\"between\",\"" + base64(second) + "\"]",
             {"[\"<1>\",\"between\",\"<2>\"]", {{first, true}, {second, true}}});
  check_lift(in_json(base64(first) + "," + base64(second)),
             {in_json("<1>,<2>"), {{first, true}, {second, true}}});

  // Side by side, the second with an escape at its front.
  check_lift(in_json(base64(first) + replaced(base64(second), '/', "\\/")),
             {in_json("<1><2>"), {{first, true}, {second, true}}});
}

TEST_CASE("a run may be the name of a member as well")
{
  const auto bytes = picture(90);
  check_lift("{\"" + base64(bytes) + "\":\"b64_json\"}",
             {"{\"<1>\":\"b64_json\"}", {{bytes, true}}});
}

TEST_CASE("a run that is cut or wrong is said to be not whole")
{
  const auto bytes = picture(99);
  const auto text = base64(bytes);
  REQUIRE(text.find('=') == std::string::npos);
  const std::string start = "{\"b64_json\":\"";
  check_lift(start + text, {start + "<1>", {{bytes, false}}});                // never closed
  check_lift(start + text + "\\u00", {start + "<1>\\u00", {{bytes, false}}}); // nor its escape
  check_lift(start + text + "QU", {start + "<1>", {{bytes + "A", false}}});
  check_lift(in_json(text + "Q"), {in_json("<1>"), {{bytes, false}}}); // a lone character
  check_lift(in_json(text + "="), {in_json("<1>"), {{bytes, false}}}); // needless padding
  check_lift(in_json(text + "QU==="), {in_json("<1>"), {{bytes + "A", false}}});
}

TEST_CASE("what is held back comes out when the text ends")
{
  check_untouched("{\"a\":\"aGVs");
  check_untouched("{\"a\":\"aGVs\\");
  check_untouched("{\"a\":\"aGVs\\u00");
  check_untouched("{\"a\":\"\\u");
}

TEST_CASE("a lift is ready for a new text after each end")
{
  const auto bytes = picture(99);
  const auto whole = in_json(base64(bytes));
  for (const auto& first : {whole, std::string("{\"a\":\"aGVs\\u0"), "[\"" + base64(bytes),
                            "[\"" + base64(bytes) + "\\", "[\"" + base64(bytes) + "Q="}) {
    Recorder recorder;
    Lift lift(recorder, k_threshold);
    lift.feed(first);
    lift.finish();
    const auto json_before = recorder.lifted.json.size();
    const auto runs_before = recorder.lifted.runs.size();
    lift.feed(whole);
    lift.finish();
    REQUIRE(recorder.lifted.runs.size() == runs_before + 1);
    CHECK(recorder.lifted.runs.back() == Run{bytes, true});
    CHECK(recorder.lifted.json.substr(json_before)
          == in_json("<" + std::to_string(runs_before + 1) + ">"));
  }
}

TEST_CASE("endless line breaks behind a first line do not pile up in the lift")
{
  check_untouched(in_json(std::string(60, 'Q') + repeated("\\n", 10 * k_threshold)));
  check_untouched(
    in_json(std::string(60, 'Q') + repeated("\\n", 10 * k_threshold) + std::string(60, 'Q')));
}

TEST_CASE("ordinary text reaches the sink in one piece a chunk")
{
  Recorder recorder;
  Lift lift(recorder, k_threshold);
  const auto text = in_json(repeated("many short words \\n and \\/ escapes ", 50));
  lift.feed(text);
  CHECK(recorder.text_calls == 1);
}

TEST_CASE("a run of megabytes reaches the sink in large pieces of limited size")
{
  const auto bytes = picture(3 * 1024 * 1024);
  for (const auto& text : {base64(bytes), wrapped(base64(bytes), 76, "\\n")}) {
    const auto json = in_json(text);
    Recorder recorder;
    Lift lift(recorder);
    for (std::size_t at = 0; at < json.size(); at += 16 * 1024) {
      lift.feed(std::string_view(json).substr(at, 16 * 1024));
    }
    lift.finish();
    CHECK((recorder.lifted == Lifted{in_json("<1>"), {{bytes, true}}}));
    CHECK(recorder.largest_piece <= 64 * 1024);
    CHECK(recorder.bytes_calls < 200);
  }
}

TEST_CASE("random text is lifted alike in one piece and in many")
{
  std::mt19937 random(17);
  const std::vector<std::string> tokens = {"\"",  "\\\"", "\\\\", "\\/",   "\\n",     "\\u002B",
                                           "\\u", "\n",   "=",    " ",     "\\u003D", "\\u0041",
                                           ",",   "\\",   "QQ==", "word+", "\r\n",    "\xFF"};
  for (int round = 0; round < 4000; ++round) {
    std::string text = "\"";
    while (text.size() < 600) {
      text += random() % 2 == 0
                ? tokens[random() % tokens.size()]
                : std::string(random() % 90, static_cast<char>('A' + random() % 26));
    }
    const auto expected = lift_pieces({text}, 70);
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size();) {
      const auto size = 1 + random() % (round % 3 == 0 ? 3 : 120);
      pieces.push_back(std::string_view(text).substr(at, size));
      at += size;
    }
    CAPTURE(text);
    REQUIRE(lift_pieces(pieces, 70) == expected);
  }
}
