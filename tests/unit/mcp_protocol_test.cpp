#include "base/base64.hpp"
#include "base/json.hpp"
#include "mcp/revision.hpp"
#include "mcp_bench.hpp"

#include <doctest/doctest.h>

#include <array>
#include <string>

using namespace limn;
using namespace limn::test;

namespace {

const std::string k_info = R"({"name":"limn","version":")" LIMN_VERSION R"("})";
const std::string k_server = R"("_meta":{"io.modelcontextprotocol/serverInfo":)" + k_info + "}";

std::string error(std::string_view id, int code, std::string_view message)
{
  const auto with_id = id.empty() ? std::string() : R"("id":)" + std::string(id) + ",";
  return R"({"jsonrpc":"2.0",)" + with_id + R"("error":{"code":)" + std::to_string(code)
         + R"(,"message":")" + std::string(message) + R"("}})";
}

// What a message, whose strings hold no such thing, says its code is; 0 for none.
int code_of(const std::string& message)
{
  const auto document = parse_json(message);
  REQUIRE(document.has_value());
  const auto* error = member(*document, "error");
  return error ? member(*error, "code")->GetInt() : 0;
}

} // namespace

TEST_CASE("a modern client gets what it asks for without a handshake")
{
  struct Row {
    std::string asked;
    std::string answered;
  };
  const std::array<Row, 5> rows{{
    {modern(R"("d1")", "server/discover"),
     R"({"jsonrpc":"2.0","id":"d1","result":{"resultType":"complete","supportedVersions":["2026-07-28"],)"
     R"("capabilities":{"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}},)"
     R"("instructions":"Draw with `draw`.","ttlMs":3600000,"cacheScope":"public",)"
       + k_server + "}}"},
    {modern("2", "tools/list"),
     R"({"jsonrpc":"2.0","id":2,"result":{"resultType":"complete","tools":[)"
     R"({"name":"draw","title":"Draw","description":"Draws a picture.","inputSchema":{   "type":"object" },)"
     R"("annotations":{"title":"Draw","readOnlyHint":false,"destructiveHint":false,"idempotentHint":false,"openWorldHint":true}},)"
     R"({"name":"cost","title":"Cost","description":"What a picture costs.","inputSchema":{"type":"object"},)"
     R"("outputSchema":{"type":"object","properties":{"usd":{"type":"number"}}},)"
     R"("annotations":{"title":"Cost","readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}],)"
     R"("ttlMs":3600000,"cacheScope":"public",)"
       + k_server + "}}"},
    {modern("3", "tools/list", R"(,"cursor":"more")"),
     error("3", -32602, "Invalid params: unknown cursor")},
    {modern("4", "tools/call", R"(,"name":"paint")"), error("4", -32602, "Unknown tool: paint")},
    {modern("5", "tools/call", R"(,"name":"draw","arguments":[1])"),
     error("5", -32602, "Invalid params: arguments is an object")},
  }};
  McpBench bench;
  for (const auto& row : rows) {
    CHECK(bench.say(row.asked) == row.answered);
  }
  CHECK(bench.tools.calls.empty());
}

TEST_CASE("what the modern era has no more is no method of it, and the other way round")
{
  McpBench bench;
  for (const auto* method :
       {"initialize", "ping", "logging/setLevel", "resources/list", "prompts/list",
        "subscriptions/listen", "tasks/list", "tasks/result"}) {
    CHECK(bench.say(modern("1", method))
          == error("1", -32601, "Method not found: " + std::string(method)));
  }
  bench.agree("2025-11-25");
  for (const auto* method : {"tasks/get", "tasks/cancel", "tasks/update", "logging/setLevel",
                             "resources/list", "no/such", ""}) {
    CHECK(bench.say(legacy("1", method))
          == error("1", -32601, "Method not found: " + std::string(method)));
  }
  CHECK(bench.say(legacy("7", "ping")) == R"({"jsonrpc":"2.0","id":7,"result":{}})");
  // Both eras go side by side.
  CHECK(code_of(bench.say(modern("8", "tools/list"))) == 0);
  CHECK(code_of(bench.say(legacy("9", "tools/list"))) == 0);
}

TEST_CASE("a modern request says its revision and what the client can do")
{
  const auto with = [](std::string_view params) {
    return R"({"jsonrpc":"2.0","id":1,"method":"server/discover")" + std::string(params) + "}";
  };
  McpBench bench;
  for (
    const auto* params :
    {"", R"(,"params":{})", R"(,"params":null)", R"(,"params":{"_meta":null})",
     R"(,"params":{"_meta":7})", R"(,"params":{"_meta":{}})",
     R"(,"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}})",
     R"(,"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":7,"io.modelcontextprotocol/clientCapabilities":{}}})",
     R"(,"params":{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}})",
     R"(,"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":[]}})",
     R"(,"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"io.modelcontextprotocol/clientInfo":"me"}})"}) {
    CAPTURE(params);
    CHECK(code_of(bench.say(with(params))) == -32602);
  }
  for (const auto* version : {"1900-01-01", "2025-11-25", "2027-01-01", ""}) {
    const auto answer = bench.say(
      with(R"(,"params":{"_meta":{"io.modelcontextprotocol/protocolVersion":")"
           + std::string(version) + R"(","io.modelcontextprotocol/clientCapabilities":{}}})"));
    CHECK(
      answer
      == R"({"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"Unsupported protocol version",)"
         R"("data":{"supported":["2026-07-28"],"requested":")"
           + std::string(version) + R"("}}})");
  }
  CHECK(bench.say(with(std::string(R"(,"params":{)") + std::string(k_modern_meta) + "}"))
          .find("supportedVersions")
        != std::string::npos);
}

TEST_CASE("a legacy client gets the revision that it asks for, or the newest of its era")
{
  struct Row {
    std::string_view asked;
    std::string_view agreed;
  };
  constexpr std::array<Row, 7> rows{{{"2025-11-25", "2025-11-25"},
                                     {"2025-06-18", "2025-06-18"},
                                     {"2025-03-26", "2025-03-26"},
                                     {"2024-11-05", "2024-11-05"},
                                     {"2026-07-28", "2025-11-25"},
                                     {"1999-01-01", "2025-11-25"},
                                     {"", "2025-11-25"}}};
  for (const auto& row : rows) {
    McpBench bench;
    CHECK(bench.say(legacy("0", "initialize",
                           R"({"protocolVersion":")" + std::string(row.asked)
                             + R"(","capabilities":{},"clientInfo":{"name":"x","version":"1"}})"))
          == R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":")" + std::string(row.agreed)
               + R"(","capabilities":{"tools":{}},"serverInfo":)" + k_info
               + R"(,"instructions":"Draw with `draw`."}})");
    CHECK(bench.say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").empty());
  }
  McpBench bench;
  CHECK(code_of(bench.say(legacy("0", "initialize"))) == -32602);
  CHECK(code_of(bench.say(legacy("0", "initialize", R"({"protocolVersion":20250618})"))) == -32602);
}

TEST_CASE("before a handshake a request without terms is told so; a ping needs none")
{
  McpBench bench;
  CHECK(bench.say(legacy("1", "ping")) == R"({"jsonrpc":"2.0","id":1,"result":{}})");
  CHECK(bench.say(legacy("2", "tools/list"))
        == error("2", -32602,
                 "Invalid params: _meta lacks io.modelcontextprotocol/protocolVersion, and no "
                 "initialize came before"));
  CHECK(bench.say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})").empty());
  CHECK(code_of(bench.say(legacy("3", "tools/list"))) == -32602);
  // Between initialize and initialized requests are served, as the SDKs' servers do.
  bench.say(legacy("4", "initialize", R"({"protocolVersion":"2025-06-18"})"));
  CHECK(code_of(bench.say(legacy("5", "tools/list"))) == 0);
}

TEST_CASE("a legacy client is told nothing that its revision does not know")
{
  struct Row {
    std::string_view revision;
    bool has_title;
    bool has_output_schema;
    bool has_annotations;
    bool has_link;
    bool has_structure;
  };
  constexpr std::array<Row, 4> rows{{{"2025-11-25", true, true, true, true, true},
                                     {"2025-06-18", true, true, true, true, true},
                                     {"2025-03-26", false, false, true, false, false},
                                     {"2024-11-05", false, false, false, false, false}}};
  const auto has = [](const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
  };
  for (const auto& row : rows) {
    CAPTURE(row.revision);
    McpBench bench;
    bench.agree(row.revision);
    const auto list = bench.say(legacy("1", "tools/list"));
    CHECK(has(list, R"("name":"draw","title":)") == row.has_title);
    CHECK(has(list, "outputSchema") == row.has_output_schema);
    CHECK(has(list, "annotations") == row.has_annotations);
    CHECK_FALSE(has(list, "resultType"));
    CHECK_FALSE(has(list, "ttlMs"));
    CHECK_FALSE(has(list, "_meta"));
    bench.say(legacy("2", "tools/call", R"({"name":"cost","arguments":{}})"));
    bench.tools.reply(0, ToolResult{.json = R"({"usd":1})",
                                    .is_structured = true,
                                    .links = {{"/a/b.png", "b.png", "image/png"}}});
    const auto result = bench.heard();
    CHECK(has(result, "resource_link") == row.has_link);
    CHECK(has(result, "structuredContent") == row.has_structure);
    CHECK(has(result, R"({"type":"text","text":"{\"usd\":1}"})"));
    CHECK(has(result, R"("isError":false)"));
    CHECK_FALSE(has(result, "resultType"));
  }
}

TEST_CASE("what is no message is told so, with its id where there is one, and nothing breaks")
{
  struct Row {
    std::string text;
    int code;
    std::string_view id; // empty: none in the answer
  };
  const std::string deep(10'000, '[');
  const std::array<Row, 33> rows{{
    {"junk", -32700, ""},
    {"{", -32700, ""},
    {"{}{}", -32700, ""},
    {"nul", -32700, ""},
    {deep, -32700, ""},
    {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":)" + deep, -32700, ""},
    {"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"pi\xFFng\"}", -32700, ""},
    {"\xFF\xFE{}", -32700, ""},
    {std::string("{\"jsonrpc\":\"2.0\",\0\"id\":1}", 26), -32700, ""},
    {R"({"jsonrpc":"2.0","id":1e999,"method":"ping"})", -32700, ""},
    {"null", -32600, ""},
    {"7", -32600, ""},
    {R"("ping")", -32600, ""},
    {"{}", -32600, ""},
    {"[]", -32600, ""},
    {R"([{"jsonrpc":"2.0","id":1,"method":"ping"}])", -32600, ""},
    {R"({"jsonrpc":"2.0"})", -32600, ""},
    {R"({"id":1,"method":"ping"})", -32600, "1"},
    {R"({"jsonrpc":"1.0","id":"a","method":"ping"})", -32600, R"("a")"},
    {R"({"jsonrpc":2.0,"id":"a","method":"ping"})", -32600, R"("a")"},
    {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":1.0,"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":1e3,"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":true,"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":[1],"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", -32600, ""},
    {R"({"jsonrpc":"2.0","id":1})", -32600, "1"},
    {R"({"jsonrpc":"2.0","id":1,"method":7})", -32600, "1"},
    {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", -32600, "1"},
    {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[1]})", -32602, "1"},
    {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":"x"})", -32602, "1"},
  }};
  McpBench bench;
  for (const auto& row : rows) {
    CAPTURE(row.text);
    bench.peer->receive(row.text);
    REQUIRE(bench.sent.size() == 1);
    CHECK(bench.sent.front().error == row.code);
    const auto answer = bench.heard();
    CHECK(code_of(answer) == row.code);
    const auto start = R"({"jsonrpc":"2.0",)"
                       + (row.id.empty() ? R"("error")" : R"("id":)" + std::string(row.id) + ",");
    CHECK(answer.starts_with(start));
    CHECK(bench.say(legacy("99", "ping")) == R"({"jsonrpc":"2.0","id":99,"result":{}})");
  }
}

TEST_CASE("an id goes back as it came")
{
  McpBench bench;
  for (const auto* id : {"0", "-1", "9223372036854775807", "-9223372036854775808",
                         "18446744073709551615", R"("")", R"("1")", R"("a\nb")",
                         R"("sk-proj-0123456789abcdefghij")", R"("\u0000")", R"("äöü 🦊")"}) {
    CHECK(bench.say(legacy(id, "ping"))
          == R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"result":{}})");
  }
  // What JSON lets be written in two ways comes back in one; half a character is none.
  CHECK(bench.say(legacy(R"("\u0061\/")", "ping")) == R"({"jsonrpc":"2.0","id":"a/","result":{}})");
  CHECK(bench.say(legacy(R"("\ud83e")", "ping"))
        == "{\"jsonrpc\":\"2.0\",\"id\":\"\xEF\xBF\xBD\",\"result\":{}}");
  CHECK(bench.say(legacy(R"("\udf83")", "ping"))
        == "{\"jsonrpc\":\"2.0\",\"id\":\"\xEF\xBF\xBD\",\"result\":{}}");
}

TEST_CASE("what nobody waits for gets no answer, and does nothing")
{
  McpBench bench;
  bench.agree("2025-11-25");
  for (const auto* text :
       {R"({"jsonrpc":"2.0","method":"notifications/no_such"})",
        R"({"jsonrpc":"2.0","method":"tools/call","params":{"name":"draw","arguments":{}}})",
        R"({"jsonrpc":"2.0","method":"tools/call","params":[1]})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled"})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"none"}})",
        R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1.5}})",
        R"({"jsonrpc":"2.0","id":"limn-1","result":{"action":"accept","content":{"ok":true}}})",
        R"({"jsonrpc":"2.0","id":7,"error":{"code":1,"message":"no"}})"}) {
    CHECK(bench.say(text).empty());
  }
  CHECK(bench.tools.calls.empty());
}

TEST_CASE("a batch is answered as one, in the revision that has them")
{
  McpBench bench;
  bench.agree("2025-03-26");
  CHECK(bench.say(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},7,{"jsonrpc":"2.0","method":"x"},)"
                  R"({"jsonrpc":"2.0","id":"2","method":"ping"}])")
        == R"([{"jsonrpc":"2.0","id":1,"result":{}},)"
             + error("", -32600, "Invalid Request: a message is an object")
             + R"(,{"jsonrpc":"2.0","id":"2","result":{}}])");
  CHECK(bench.say(R"([{"jsonrpc":"2.0","method":"notifications/initialized"}])").empty());
  CHECK(code_of(bench.say("[]")) == -32600);
  CHECK(bench.say("[" + legacy("1", "initialize", R"({"protocolVersion":"2025-03-26"})") + "]")
        == "[" + error("1", -32600, "Invalid Request: initialize goes alone") + "]");

  const auto call = [](std::string_view id) {
    return legacy(id, "tools/call", R"({"name":"draw"})");
  };
  CHECK(bench.say("[" + call("1") + "," + legacy("2", "ping") + "," + call("3") + "]").empty());
  bench.tools.reply(1, ToolResult{.json = "{}"});
  CHECK(bench.heard().empty());
  CHECK(
    bench.say(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})")
    == R"([{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":3,"result":)"
       R"({"content":[{"type":"text","text":"{}"}],"isError":false}}])");

  std::string many = "[";
  for (std::size_t i = 0; i <= McpPeer::k_most_in_batch; ++i) {
    many += (i == 0 ? "" : ",") + legacy("1", "ping");
  }
  CHECK(code_of(bench.say(many + "]")) == -32600);
}

TEST_CASE("a connection that agreed elsewhere needs no handshake")
{
  McpBench bench;
  bench.peer = bench.new_peer({.is_remote = true, .agreed = find_mcp_revision("2025-06-18")});
  CHECK(code_of(bench.say(legacy("1", "tools/list"))) == 0);
  bench.say(legacy("2", "tools/call", R"({"name":"draw"})"));
  CHECK(bench.tools.calls.front().asked.client.is_remote);
}

TEST_CASE("what a client wrote is shortened, harmless and without keys where it is told again")
{
  McpBench bench;
  bench.redactor.add(Secret("hunter2-hunter2-hunter2"));
  CHECK(bench.say(modern("1", "tools/call", R"(,"name":"a\u001b[2Jb hunter2-hunter2-hunter2")"))
        == error("1", -32602, "Unknown tool: ab [redacted]"));
  const auto answer = bench.say(modern("1", std::string(100'000, 'x')));
  CHECK(answer.size() < 500);
  CHECK(code_of(answer) == -32601);
}
