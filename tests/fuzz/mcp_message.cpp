// Whatever a client of the Model Context Protocol sends, the same lines are read however they are
// cut, each message that it gets is one line of valid JSON-RPC, and no request is answered twice.
#include "base/json.hpp"
#include "base/utf8.hpp"
#include "fake_tools.hpp"
#include "mcp/line_reader.hpp"
#include "mcp/protocol.hpp"
#include "oracle.hpp"

#include <vector>

namespace {

using namespace limn;

constexpr std::size_t k_longest_line = 4096;
constexpr std::string_view k_too_long = "\n";

std::vector<std::string> lines_of(const fuzz::Pieces& pieces)
{
  LineReader reader(k_longest_line);
  std::vector<std::string> lines;
  const auto take = [&] {
    std::string_view line;
    for (auto next = reader.next(line); next != LineReader::Next::none; next = reader.next(line)) {
      lines.emplace_back(next == LineReader::Next::line ? line : k_too_long);
    }
  };
  fuzz::feed_each(pieces, [&](std::string_view piece) {
    reader.feed(piece);
    take();
  });
  reader.end();
  take();
  return lines;
}

// Of each kind one, as the calls come.
ToolReply reply_to(std::size_t call)
{
  switch (call % 3) {
  case 0:
    return ToolResult{.json = R"({"state":"done"})",
                      .is_structured = true,
                      .links = {{"/a/b c.png", "b c.png", "image/png"}},
                      .previews = {"\xFF\xD8"}};
  case 1:
    return ToolQuestion{"Draw?"};
  default:
    return ToolTask{.id = "task", .result = std::nullopt};
  }
}

void check_message(const McpMessage& message)
{
  LIMN_EXPECT(message.text.find('\n') == std::string::npos);
  LIMN_EXPECT(message.text.find('\r') == std::string::npos);
  LIMN_EXPECT(is_utf8(message.text));
  const auto document = parse_json(message.text);
  LIMN_EXPECT(document.has_value());
  const bool is_batch = document->IsArray();
  LIMN_EXPECT(is_batch || document->IsObject());
  if (is_batch) {
    LIMN_EXPECT(message.kind == McpMessage::Kind::answer && !document->GetArray().Empty());
    return;
  }
  LIMN_EXPECT(string_or_empty(member(*document, "jsonrpc")) == "2.0");
  const bool has_result = member(*document, "result") != nullptr;
  const bool has_error = member(*document, "error") != nullptr;
  LIMN_EXPECT((message.kind == McpMessage::Kind::answer) == (has_result != has_error));
  LIMN_EXPECT(has_error == message.error.has_value());
  LIMN_EXPECT((message.kind == McpMessage::Kind::answer)
              != (member(*document, "method") != nullptr));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  const auto input = fuzz::text_of(bytes, size);
  const auto lines = lines_of({input});
  for (const auto& pieces : fuzz::ways_to_cut(input)) {
    LIMN_EXPECT(lines_of(pieces) == lines);
  }

  test::FakeTools tools;
  tools.tasks["task"] = {.id = "task"};
  const Redactor redactor;
  McpServer server(tools, redactor);
  std::size_t answers = 0;
  McpPeer peer(server, {}, [&answers](const McpMessage& message) {
    check_message(message);
    answers += message.kind == McpMessage::Kind::answer ? 1 : 0;
  });
  std::size_t replied = 0;
  for (const auto& line : lines) {
    answers = 0;
    if (line == k_too_long) {
      peer.refuse_long(k_longest_line);
    } else {
      peer.receive(line);
    }
    LIMN_EXPECT(answers <= 1);
    // All but the newest call are answered, so that there is always one to be cancelled.
    for (; replied + 1 < tools.calls.size(); ++replied) {
      const auto& call = tools.calls[replied];
      if (call.progress) {
        call.progress(static_cast<double>(replied), 7.5, "drawing");
      }
      if (!call.is_cancelled) {
        answers = 0;
        tools.reply(replied, reply_to(replied));
        LIMN_EXPECT(answers <= 1);
      }
    }
    tools.tell_later();
  }
  return 0;
}
