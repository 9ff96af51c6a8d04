#include "base/base64.hpp"
#include "base/json.hpp"
#include "mcp_bench.hpp"

#include <doctest/doctest.h>

#include <array>
#include <span>
#include <string>

using namespace limn;
using namespace limn::test;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view k_forms = R"({"elicitation":{}})";
constexpr std::string_view k_tasks = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";
const std::string k_tail =
  R"("_meta":{"io.modelcontextprotocol/serverInfo":{"name":"limn","version":")" LIMN_VERSION
  R"("}}}})";

std::string call(std::string_view id, std::string_view arguments = "{}",
                 std::string_view capabilities = "{}", std::string_view more = {},
                 std::string_view meta = {})
{
  return modern(id, "tools/call",
                R"(,"name":"draw","arguments":)" + std::string(arguments) + std::string(more),
                capabilities, meta);
}

std::string cancelled(std::string_view id)
{
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)"
         + std::string(id) + "}}";
}

// Of the result's member.
std::string text_in(const std::string& message, std::string_view name)
{
  const auto document = parse_json(message);
  REQUIRE(document.has_value());
  const auto* result = member(*document, "result");
  REQUIRE(result != nullptr);
  return std::string(string_or_empty(member(*result, name)));
}

int error_of(const std::string& message)
{
  const auto document = parse_json(message);
  REQUIRE(document.has_value());
  const auto* error = member(*document, "error");
  return error ? member(*error, "code")->GetInt() : 0;
}

} // namespace

TEST_CASE("a tool is called with what the client said, and its result is the answer")
{
  McpBench bench;
  CHECK(bench.say(call("1", R"({ "prompt" : "a \u0000 fox\n", "n": 2, "x": 0.1 })")).empty());
  REQUIRE(bench.tools.calls.size() == 1);
  const auto& asked = bench.tools.calls.front().asked;
  CHECK(asked.tool == "draw");
  CHECK(asked.arguments == R"({"prompt":"a \u0000 fox\n","n":2,"x":0.1})");
  CHECK(asked.client.name == "host");
  CHECK(asked.client.version == "1");
  CHECK_FALSE(asked.client.answers_forms);
  CHECK_FALSE(asked.client.takes_tasks);
  CHECK_FALSE(asked.client.is_remote);
  CHECK_FALSE(asked.wants_progress);
  CHECK_FALSE(asked.answer.has_value());
  bench.tools.reply(0, ToolResult{.json = R"({"files":["/a/ö \"1\".png"]})",
                                  .links = {{"/a/ö \"1\"%.png", "ö.png", "image/png"}},
                                  .previews = {"\xFF\xD8jpeg"}});
  const std::string jpeg = "\xFF\xD8jpeg";
  CHECK(
    bench.heard()
    == R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[)"
       R"({"type":"text","text":"{\"files\":[\"/a/ö \\\"1\\\".png\"]}"},)"
       R"({"type":"resource_link","uri":"file:///a/%C3%B6%20%221%22%25.png","name":"ö.png","mimeType":"image/png"},)"
       R"({"type":"image","data":")"
         + base64_encode(std::as_bytes(std::span(jpeg)))
         + R"(","mimeType":"image/jpeg","annotations":{"audience":["user","assistant"]}}],"isError":false,)"
         + k_tail);
  CHECK(bench.peer->pending() == 0);
}

TEST_CASE("what went wrong in a tool is a result")
{
  McpBench bench;
  bench.say(call("1"));
  bench.tools.reply(0, ToolResult{.json = R"({"state":"failed"})", .is_error = true});
  CHECK(bench.heard()
        == R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[)"
           R"({"type":"text","text":"{\"state\":\"failed\"}"}],"isError":true,)"
             + k_tail);
}

TEST_CASE("the text and the structured content are the same, also where a key was in them")
{
  McpBench bench;
  bench.redactor.add(Secret("hunter2-hunter2-hunter2"));
  bench.say(modern("1", "tools/call", R"(,"name":"cost")"));
  bench.tools.reply(
    0,
    ToolResult{
      .json =
        "{\"path\":\"/a/sk-proj-0123456789abcdefghij.png\",\"message\":\"key "
        "hunter2-hunter2-hunter2, and sk-proj-0123456789abcdefghij\",\n\"odd\":\"\\u202e\\ttab\"}",
      .is_structured = true});
  const auto document = parse_json(bench.heard());
  REQUIRE(document.has_value());
  const auto& result = *member(*document, "result");
  const auto& content = *member(result, "structuredContent");
  const auto text = string_or_empty(member(member(result, "content")->GetArray()[0], "text"));
  CHECK(string_or_empty(member(content, "path")) == "/a/sk-proj-0123456789abcdefghij.png");
  CHECK(string_or_empty(member(content, "message")).find("hunter2") == std::string_view::npos);
  CHECK(string_or_empty(member(content, "odd")) == "\xE2\x80\xAE\ttab");
  CHECK(text.find('\n') == std::string_view::npos);
  const auto again = parse_json(text);
  REQUIRE(again.has_value());
  CHECK(*again == content);
}

TEST_CASE("an image in a result stays whole, whatever it looks like")
{
  McpBench bench;
  bench.redactor.add(Secret("AAAAAAAAAAAAAAAAAAAAAAAA"));
  bench.say(call("1"));
  bench.tools.reply(0, ToolResult{.json = "{}", .previews = {std::string(300, '\0')}});
  CHECK(bench.heard().find("\"" + std::string(400, 'A') + "\"") != std::string::npos);
}

TEST_CASE("answers come when they are there, each with its id")
{
  McpBench bench;
  for (const auto* id : {"1", R"("1")", "2"}) {
    CHECK(bench.say(call(id)).empty());
  }
  bench.tools.reply(2, ToolResult{.json = "{}"});
  bench.tools.reply(0, ToolResult{.json = "{}"});
  bench.tools.reply(1, ToolResult{.json = "{}"});
  const auto heard = bench.heard();
  const auto third = heard.find(R"("id":2)");
  const auto first = heard.find(R"("id":1)");
  const auto second = heard.find(R"("id":"1")");
  CHECK(third < first);
  CHECK(first < second);
  CHECK(second != std::string::npos);
}

TEST_CASE("an id that is under way is no id for another request, and free again afterwards")
{
  McpBench bench;
  bench.say(call("1"));
  CHECK(error_of(bench.say(call("1"))) == -32600);
  CHECK(error_of(bench.say(modern("1", "tools/list"))) == -32600);
  CHECK(bench.tools.calls.size() == 1);
  bench.tools.reply(0, ToolResult{.json = "{}"});
  CHECK(error_of(bench.heard()) == 0);
  CHECK(error_of(bench.say(modern("1", "tools/list"))) == 0);
}

TEST_CASE("who waits for too much at once is told so")
{
  McpBench bench;
  for (std::size_t i = 0; i < McpPeer::k_most_pending; ++i) {
    CHECK(bench.say(call(std::to_string(i))).empty());
  }
  CHECK(error_of(bench.say(call(R"("more")"))) == -32603);
  CHECK(bench.tools.calls.size() == McpPeer::k_most_pending);
  bench.tools.reply(0, ToolResult{.json = "{}"});
  bench.heard();
  CHECK(bench.say(call(R"("more")")).empty());
}

TEST_CASE("a call that is cancelled is not answered, and the tools are told")
{
  McpBench bench;
  bench.say(call("1"));
  bench.say(call(R"("1")"));
  CHECK(bench.say(cancelled("1")).empty());
  CHECK(bench.tools.calls[0].is_cancelled);
  CHECK_FALSE(bench.tools.calls[1].is_cancelled);
  CHECK(bench.say(cancelled("1")).empty());
  CHECK(bench.say(cancelled("99")).empty());
  // An answer that was under way already changes nothing, also not for a new request with that id.
  bench.say(call("1"));
  bench.tools.reply(0, ToolResult{.json = "{}"});
  CHECK(bench.heard().empty());
  CHECK(bench.peer->pending() == 2);
}

TEST_CASE("who goes leaves no call behind, and one that has ended is not cancelled")
{
  McpBench bench;
  for (const auto* id : {"1", "2", "3"}) {
    bench.say(call(id));
  }
  bench.tools.reply(1, ToolResult{.json = "{}"});
  bench.heard();
  bench.tools.tasks["t"] = {.id = "t"};
  bench.say(modern("4", "tasks/get", R"(,"taskId":"t")", k_tasks));
  bench.peer.reset();
  CHECK(bench.tools.calls[0].is_cancelled);
  CHECK_FALSE(bench.tools.calls[1].is_cancelled);
  CHECK(bench.tools.calls[2].is_cancelled);
  bench.tools.tell_later();
  CHECK(bench.heard().empty());
}

TEST_CASE("progress is told where it is wanted, rises, and ends with the answer")
{
  McpBench bench;
  bench.say(call("1", "{}", "{}", "", R"(,"progressToken":"t")"));
  const auto& asked = bench.tools.calls.front();
  CHECK(asked.asked.wants_progress);
  REQUIRE(asked.progress);
  asked.progress(0.5, 2.0, "drawing");
  asked.progress(0.5, 2.0, "again");
  asked.progress(0.25, std::nullopt, "back");
  asked.progress(std::numeric_limits<double>::quiet_NaN(), std::nullopt, "nowhere");
  asked.progress(1, std::nullopt, "");
  CHECK(
    bench.heard()
    == R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":0.5,"total":2,"message":"drawing"}})"
       "\n"
       R"({"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}})");
  bench.tools.reply(0, ToolResult{.json = "{}"});
  bench.heard();
  bench.tools.calls.front().progress(2, std::nullopt, "late");
  CHECK(bench.heard().empty());

  bench.say(call("2"));
  CHECK_FALSE(bench.tools.calls.back().progress);
  bench.say(call("3", "{}", "{}", "", R"(,"progressToken":18446744073709551615)"));
  bench.tools.calls.back().progress(1, std::nullopt, "");
  CHECK(bench.heard().find(R"("progressToken":18446744073709551615,)") != std::string::npos);
  for (const auto* token : {"1.5", "null", "{}", "true"}) {
    CHECK(
      error_of(bench.say(call("4", "{}", "{}", "", R"(,"progressToken":)" + std::string(token))))
      == -32602);
  }
}

TEST_CASE("a modern client is asked by the answer, and asks again with what its user said")
{
  struct Row {
    std::string_view response;
    ToolAnswer answer;
  };
  constexpr std::array<Row, 4> rows{
    {{R"({"action":"accept","content":{"ok":true}})", ToolAnswer::accepted},
     {R"({"action":"accept","content":{"ok":false}})", ToolAnswer::declined},
     {R"({"action":"decline"})", ToolAnswer::declined},
     {R"({"action":"cancel"})", ToolAnswer::dismissed}}};
  McpBench bench;
  bench.say(call("1", R"({"prompt":"fox","n":{"a":1,"b":2}})", k_forms));
  CHECK(bench.tools.calls.front().asked.client.answers_forms);
  bench.tools.reply(0, ToolQuestion{"4 images cost 0.84 USD. Draw?"});
  const auto asked = bench.heard();
  const auto state = text_in(asked, "requestState");
  CHECK(
    asked
    == R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required","inputRequests":{"confirm":)"
       R"({"method":"elicitation/create","params":{"mode":"form","message":"4 images cost 0.84 USD. Draw?",)"
       R"("requestedSchema":{"type":"object","properties":{"ok":{"type":"boolean","title":"Go ahead","default":false}},)"
       R"("required":["ok"]}}}},"requestState":")"
         + state + "\"," + k_tail);
  for (const auto& row : rows) {
    McpBench again;
    again.say(call("1", R"({"prompt":"fox","n":{"a":1,"b":2}})", k_forms));
    again.tools.reply(0, ToolQuestion{"Draw?", "84"});
    const auto more = R"(,"requestState":")" + text_in(again.heard(), "requestState")
                      + R"(","inputResponses":{"confirm":)" + std::string(row.response)
                      + R"(,"other":{}})";
    const auto answer = [&](std::string_view id) {
      CHECK(again.say(call(id, R"({"n":{"b":2,"a":1},"prompt":"fox"})", k_forms, more)).empty());
      return again.tools.calls.back().asked;
    };
    CHECK(answer("2").answer == row.answer);
    CHECK(again.tools.calls.back().asked.terms == "84");
    CHECK_FALSE(answer("3").answer); // one yes is for one call
  }
}

TEST_CASE("a user's answer counts only with the question of this server to this call")
{
  McpBench bench;
  bench.say(call("1", R"({"prompt":"fox"})", k_forms));
  bench.tools.reply(0, ToolQuestion{"Draw?"});
  const auto state = text_in(bench.heard(), "requestState");
  const auto with = [](std::string_view given, std::string_view arguments,
                       std::string_view responses =
                         R"({"confirm":{"action":"accept","content":{"ok":true}}})") {
    return call("2", arguments, k_forms,
                R"(,"requestState":)" + std::string(given) + R"(,"inputResponses":)"
                  + std::string(responses));
  };
  const auto quoted = "\"" + state + "\"";
  const auto other = [&] {
    McpBench another; // another process
    another.say(call("1", R"({"prompt":"fox"})", k_forms));
    another.tools.reply(0, ToolQuestion{"Draw?"});
    return "\"" + text_in(another.heard(), "requestState") + "\"";
  }();
  for (const auto& tampered :
       {"\"" + state + "-TAMPERED\"", "\"9" + state + "\"", "\"" + state.substr(1) + "\"", other,
        std::string("\"\""), std::string("7"), std::string("\".\"")}) {
    CHECK(error_of(bench.say(with(tampered, R"({"prompt":"fox"})"))) == -32602);
  }
  CHECK(error_of(bench.say(with(quoted, R"({"prompt":"two foxes"})"))) == -32602);
  CHECK(error_of(bench.say(modern(
          "2", "tools/call",
          R"(,"name":"cost","arguments":{"prompt":"fox"},"requestState":)" + quoted, k_forms)))
        == -32602);
  for (const auto* responses :
       {R"([])", R"("yes")", R"({"confirm":{}})", R"({"confirm":{"action":"accept"}})",
        R"({"confirm":{"action":"accept","content":{"ok":"yes"}}})", R"({"confirm":7})"}) {
    CHECK(error_of(bench.say(with(quoted, R"({"prompt":"fox"})", responses))) == -32602);
  }
  CHECK(bench.tools.calls.size() == 1);
  // Without the answer, or without the question, it is a call like the first.
  CHECK(bench.say(with(quoted, R"({"prompt":"fox"})", "{}")).empty());
  CHECK_FALSE(bench.tools.calls.back().asked.answer.has_value());
  bench.tools.reply(1, ToolResult{.json = "{}"});
  bench.heard();
  CHECK(bench.say(with("null", R"({"prompt":"fox"})")).empty());
  CHECK_FALSE(bench.tools.calls.back().asked.answer.has_value());
}

TEST_CASE("whether a client can ask its user is what it says with each request")
{
  struct Row {
    std::string_view capabilities;
    bool answers;
  };
  constexpr std::array<Row, 6> rows{{{"{}", false},
                                     {R"({"elicitation":{}})", true},
                                     {R"({"elicitation":{"form":{}}})", true},
                                     {R"({"elicitation":{"url":{}}})", false},
                                     {R"({"elicitation":{"form":{},"url":{}}})", true},
                                     {R"({"elicitation":7})", false}}};
  for (const auto& row : rows) {
    CAPTURE(row.capabilities);
    McpBench bench;
    bench.say(call("1", "{}", row.capabilities));
    CHECK(bench.tools.calls.front().asked.client.answers_forms == row.answers);
    bench.tools.reply(0, ToolQuestion{"Draw?"});
    CHECK(error_of(bench.heard()) == (row.answers ? 0 : -32021));
  }
}

TEST_CASE("a legacy client that can is asked by a request, and its answer makes the call once more")
{
  struct Row {
    std::string_view answer;
    ToolAnswer said;
  };
  constexpr std::array<Row, 6> rows{
    {{R"("result":{"action":"accept","content":{"ok":true}})", ToolAnswer::accepted},
     {R"("result":{"action":"accept","content":{"ok":false}})", ToolAnswer::declined},
     {R"("result":{"action":"decline"})", ToolAnswer::declined},
     {R"("result":{"action":"cancel"})", ToolAnswer::dismissed},
     {R"("result":{"action":"accept"})", ToolAnswer::dismissed},
     {R"("error":{"code":-32601,"message":"no"})", ToolAnswer::dismissed}}};
  for (const auto& row : rows) {
    McpBench bench;
    bench.agree("2025-06-18", k_forms);
    bench.say(legacy("1", "tools/call", R"({"name":"draw","arguments":{"prompt":"fox"}})"));
    CHECK(bench.tools.calls.front().asked.client.answers_forms);
    bench.tools.reply(0, ToolQuestion{"Draw?"});
    CHECK(
      bench.heard()
      == R"({"jsonrpc":"2.0","id":"limn-1","method":"elicitation/create","params":{"message":"Draw?",)"
         R"("requestedSchema":{"type":"object","properties":{"ok":{"type":"boolean","title":"Go ahead","default":false}},)"
         R"("required":["ok"]}}})");
    CHECK(bench.say(R"({"jsonrpc":"2.0","id":"limn-1",)" + std::string(row.answer) + "}").empty());
    REQUIRE(bench.tools.calls.size() == 2);
    CHECK(bench.tools.calls[1].asked.answer == row.said);
    CHECK(bench.tools.calls[1].asked.arguments == R"({"prompt":"fox"})");
    // A second answer to the same question is none.
    CHECK(bench.say(R"({"jsonrpc":"2.0","id":"limn-1",)" + std::string(row.answer) + "}").empty());
    CHECK(bench.tools.calls.size() == 2);
    bench.tools.reply(1, ToolResult{.json = "{}"});
    CHECK(
      bench.heard()
      == R"({"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"{}"}],"isError":false}})");
  }
}

TEST_CASE("a legacy client that cannot ask, or is not through the handshake, is not asked")
{
  McpBench bench;
  bench.agree("2025-03-26", k_forms); // a revision without forms
  bench.say(legacy("1", "tools/call", R"({"name":"draw"})"));
  CHECK_FALSE(bench.tools.calls.back().asked.client.answers_forms);
  bench.say(legacy("2", "initialize",
                   R"({"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}}})"));
  bench.say(legacy("3", "tools/call", R"({"name":"draw"})"));
  CHECK_FALSE(bench.tools.calls.back().asked.client.answers_forms);
  bench.tools.reply(1, ToolQuestion{"Draw?"});
  CHECK(error_of(bench.heard()) == -32603);
  bench.say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  bench.say(legacy("4", "tools/call", R"({"name":"draw"})"));
  CHECK(bench.tools.calls.back().asked.client.answers_forms);
  // A question whose call is cancelled is taken back.
  bench.tools.reply(2, ToolQuestion{"Draw?"});
  CHECK(bench.heard().find(R"("mode":"form")") != std::string::npos);
  CHECK(
    bench.say(cancelled("4"))
    == R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"limn-1"}})");
  CHECK(
    bench
      .say(R"({"jsonrpc":"2.0","id":"limn-1","result":{"action":"accept","content":{"ok":true}}})")
      .empty());
  CHECK(bench.tools.calls.size() == 3);
}

TEST_CASE("a task is given only to who takes them, and told as it stands")
{
  const ToolTask task{.id = "01JZ",
                      .state = ToolTask::State::working,
                      .message = "drawing",
                      .created = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 9h,
                      .changed = std::chrono::sys_days(std::chrono::year(2026) / 11 / 28) + 9h + 5s,
                      .kept_for = 24h,
                      .poll_after = 5s};
  McpBench bench;
  bench.say(call("1", "{}", k_tasks));
  CHECK(bench.tools.calls.front().asked.client.takes_tasks);
  bench.tools.reply(0, task);
  CHECK(
    bench.heard()
    == R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"task","taskId":"01JZ","status":"working","statusMessage":"drawing",)"
       R"("createdAt":"2026-11-28T09:00:00Z","lastUpdatedAt":"2026-11-28T09:00:05Z","ttlMs":86400000,"pollIntervalMs":5000,)"
         + k_tail);
  bench.say(call("2"));
  bench.tools.reply(1, task);
  CHECK(error_of(bench.heard()) == -32021);

  bench.tools.tasks["01JZ"] = task;
  const auto get = [&](std::string_view method, std::string_view params,
                       std::string_view capabilities = k_tasks) {
    auto heard = bench.say(modern("3", method, params, capabilities));
    bench.tools.tell_later();
    heard += bench.heard();
    return heard;
  };
  CHECK(text_in(get("tasks/get", R"(,"taskId":"01JZ")"), "status") == "working");
  bench.tools.tasks["01JZ"].state = ToolTask::State::completed;
  bench.tools.tasks["01JZ"].result = ToolResult{.json = "{}"};
  const auto completed = get("tasks/get", R"(,"taskId":"01JZ")");
  CHECK(text_in(completed, "resultType") == "complete");
  CHECK(
    completed.find(
      R"("result":{"resultType":"complete","content":[{"type":"text","text":"{}"}],"isError":false},)")
    != std::string::npos);
  bench.tools.tasks["01JZ"].state = ToolTask::State::failed;
  CHECK(
    get("tasks/get", R"(,"taskId":"01JZ")").find(R"("error":{"code":-32603,"message":"drawing"})")
    != std::string::npos);

  const auto empty = R"({"jsonrpc":"2.0","id":3,"result":{"resultType":"complete",)" + k_tail;
  CHECK(get("tasks/cancel", R"(,"taskId":"01JZ")") == empty);
  CHECK(bench.tools.cancelled_tasks == std::vector<std::string>{"01JZ"});
  CHECK(get("tasks/update", R"(,"taskId":"01JZ","inputResponses":{})") == empty);
  CHECK(error_of(get("tasks/update", R"(,"taskId":"01JZ")")) == -32602);
  for (const auto* method : {"tasks/get", "tasks/cancel", "tasks/update"}) {
    CHECK(error_of(get(method, R"(,"taskId":"no","inputResponses":{})")) == -32602);
    CHECK(error_of(get(method, R"(,"taskId":7,"inputResponses":{})")) == -32602);
    CHECK(error_of(get(method, R"(,"inputResponses":{})")) == -32602);
    CHECK(error_of(get(method, R"(,"taskId":"01JZ","inputResponses":{})", "{}")) == -32021);
  }
  // A question about one that is cancelled is not answered.
  bench.say(modern("3", "tasks/get", R"(,"taskId":"01JZ")", k_tasks));
  bench.say(cancelled("3"));
  bench.tools.tell_later();
  CHECK(bench.heard().empty());
}

TEST_CASE(
  "what is said of a turn has its turn, and its end is told once, also where it is no answer")
{
  McpBench bench;
  std::vector<int> ended;
  McpPeerOptions options;
  options.owner = "somebody";
  options.ended = [&ended](McpTurn turn) { ended.push_back(static_cast<int>(turn)); };
  bench.peer = bench.new_peer(std::move(options));
  bench.agree("2025-03-26");
  ended.clear();
  const auto call = [](std::string_view id) {
    return legacy(id, "tools/call", R"({"name":"draw","_meta":{"progressToken":"p"}})");
  };
  bench.peer->receive(call("1"), McpTurn(1));
  bench.peer->receive("[" + call("2") + "," + legacy("3", "ping") + "]", McpTurn(2));
  bench.peer->receive(R"({"jsonrpc":"2.0","method":"notifications/none"})", McpTurn(3));
  bench.peer->receive("{", McpTurn(4));
  CHECK(ended == std::vector<int>{3, 4});
  REQUIRE(bench.tools.calls.size() == 2);
  CHECK(bench.tools.calls[0].asked.client.owner == "somebody");
  bench.tools.calls[1].progress(1, std::nullopt, "");
  bench.tools.reply(1, ToolResult{.json = "{}"});
  bench.peer->receive(
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})", McpTurn(5));
  std::vector<std::pair<int, McpMessage::Kind>> said;
  for (const auto& message : bench.sent) {
    said.emplace_back(static_cast<int>(message.turn), message.kind);
  }
  using enum McpMessage::Kind;
  CHECK(
    said
    == std::vector<std::pair<int, McpMessage::Kind>>{{4, answer}, {2, notification}, {2, answer}});
  CHECK(ended == std::vector<int>{3, 4, 2, 1, 5});
}

TEST_CASE("a question on a turn that is lost is one that the user said nothing to")
{
  McpBench bench;
  bench.agree("2025-11-25", R"({"elicitation":{}})");
  const auto call = legacy("1", "tools/call", R"({"name":"draw"})");
  bench.peer->receive(call, McpTurn(1));
  bench.tools.reply(0, ToolQuestion{"Draw?", "7"});
  bench.peer->lose(McpTurn(2));
  REQUIRE(bench.tools.calls.size() == 1);
  bench.peer->lose(McpTurn(1));
  REQUIRE(bench.tools.calls.size() == 2);
  CHECK(bench.tools.calls[1].asked.answer == ToolAnswer::dismissed);
  bench.tools.reply(1, ToolQuestion{"Draw?", "8"}); // at once
  REQUIRE(bench.tools.calls.size() == 3);
  CHECK(bench.tools.calls[2].asked.answer == ToolAnswer::dismissed);
  bench.tools.reply(2, ToolResult{.json = "{}"});
  CHECK(bench.peer->pending() == 0);
}
