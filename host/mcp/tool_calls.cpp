#include "mcp/protocol_parts.hpp"
#include "mcp/rpc_writer.hpp"
#include "mcp/tool_text.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_forms = R"({"elicitation":{"form":{}}})";
constexpr std::string_view k_tasks = R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})";

std::string json_of(const rapidjson::Value* value)
{
  if (!value) {
    return "{}";
  }
  rapidjson::StringBuffer json;
  rapidjson::Writer<rapidjson::StringBuffer> writer(json);
  value->Accept(writer);
  return {json.GetString(), json.GetSize()};
}

// What the user said, by the result of elicitation/create; nothing if it is none.
std::optional<ToolAnswer> answer_in(const rapidjson::Value& result)
{
  const auto action = string_or_empty(member(result, "action"));
  if (action == "decline") {
    return ToolAnswer::declined;
  }
  if (action == "cancel") {
    return ToolAnswer::dismissed;
  }
  const auto* content = member(result, "content");
  const auto* field = content ? member(*content, k_question_field) : nullptr;
  if (action != "accept" || !field || !field->IsBool()) {
    return std::nullopt;
  }
  return field->GetBool() ? ToolAnswer::accepted : ToolAnswer::declined;
}

} // namespace

void McpPeer::call_tool(const Request& request)
{
  const auto* name = request.param("name");
  if (!name || !name->IsString()) {
    return refuse(request.place, RpcCode::invalid_params, "Invalid params: name is a string");
  }
  const auto& tools = m_server.tools().list();
  if (std::ranges::find(tools, string_or_empty(name), &ToolDescription::name) == tools.end()) {
    return refuse(request.place, RpcCode::invalid_params,
                  "Unknown tool: " + std::string(string_or_empty(name)));
  }
  const auto* arguments = request.param("arguments");
  if (arguments && !arguments->IsObject()) {
    return refuse(request.place, RpcCode::invalid_params, "Invalid params: arguments is an object");
  }
  const auto* meta = request.param("_meta");
  const auto* token = meta ? member(*meta, "progressToken") : nullptr;
  if (token && rpc_id_of(token).empty()) {
    return refuse(request.place, RpcCode::invalid_params,
                  "Invalid params: progressToken is a string or a whole number");
  }
  ToolCall call{.tool = std::string(string_or_empty(name)),
                .arguments = json_of(arguments),
                .client = request.client,
                .wants_progress = token != nullptr};
  if (request.place.is_modern() && !read_answer(request, call)) {
    return;
  }
  if (auto* pending = begin(request)) {
    pending->progress_token = rpc_id_of(token);
    begin_call(*pending, std::move(call));
  }
}

// What the user said to the question that an earlier call was answered with. An answer without a
// question that this process asked is none.
bool McpPeer::read_answer(const Request& request, ToolCall& call)
{
  const auto* state = request.param("requestState");
  if (!state) {
    return true;
  }
  auto terms = state->IsString() ? m_server.states().terms_of(
                 string_or_empty(state), call.tool, call.arguments, RequestStates::Clock::now())
                                 : std::nullopt;
  if (!terms) {
    refuse(request.place, RpcCode::invalid_params,
           "Invalid params: requestState is not one that this server gave for this call, or too "
           "old; call without it");
    return false;
  }
  const auto* responses = request.param("inputResponses");
  const auto* response =
    responses && responses->IsObject() ? member(*responses, k_question) : nullptr;
  const auto answer = response ? answer_in(*response) : std::nullopt;
  if ((responses && !responses->IsObject()) || (response && !answer)) {
    refuse(request.place, RpcCode::invalid_params,
           "Invalid params: inputResponses holds no result of elicitation/create");
    return false;
  }
  // The same answer once more is none: what it was given for was begun by then.
  if (answer && m_server.states().use(string_or_empty(state))) {
    call.answer = answer;
    call.terms = std::move(*terms);
  }
  return true;
}

void McpPeer::begin_call(Pending& pending, ToolCall call)
{
  if (pending.client.answers_forms) {
    pending.asking = call;
  }
  const auto id = pending.place.id;
  const auto serial = pending.serial;
  Tools::Progress progress;
  if (!pending.progress_token.empty()) {
    progress = [this, id, serial](double done, std::optional<double> total,
                                  const std::string& message) {
      if (auto* found = find(id, serial)) {
        on_progress(*found, done, total, message);
      }
    };
  }
  pending.call = m_server.tools().call(std::move(call), std::move(progress),
                                       [this, id, serial](const ToolReply& reply) {
                                         if (auto* found = find(id, serial)) {
                                           found->call.reset();
                                           on_reply(*found, reply);
                                         }
                                       });
}

void McpPeer::on_progress(Pending& pending, double done, std::optional<double> total,
                          const std::string& message)
{
  if (!std::isfinite(done) || done <= pending.progress) {
    return;
  }
  pending.progress = done;
  notify(
    "notifications/progress",
    [&](RpcWriter& text) {
      text.key("progressToken");
      text.id(pending.progress_token);
      text.key("progress");
      text.number(done);
      if (total && std::isfinite(*total)) {
        text.key("total");
        text.number(*total);
      }
      if (!message.empty() && pending.place.revision->has_annotations) {
        text.key("message");
        text.said(message);
      }
    },
    pending.place.turn);
}

void McpPeer::on_reply(Pending& pending, const ToolReply& reply)
{
  const auto* question = std::get_if<ToolQuestion>(&reply);
  if (question && pending.asking && !pending.place.is_modern()) {
    return ask_user(pending, *question);
  }
  const auto client = pending.client;
  const auto asking = std::move(pending.asking);
  const auto place = end(pending);
  if (const auto* result = std::get_if<ToolResult>(&reply)) {
    answer(place, "complete",
           [&](RpcWriter& text) { write_result(text, *result, *place.revision); });
  } else if (const auto* task = std::get_if<ToolTask>(&reply)) {
    if (client.takes_tasks) {
      answer(place, "task", [task](RpcWriter& text) { write_task(text, *task); });
    } else {
      refuse_capability(place, k_tasks);
    }
  } else if (asking) {
    answer(place, "input_required", [&](RpcWriter& text) {
      text.key("inputRequests");
      text.begin_object();
      text.key(k_question);
      text.begin_object();
      text.member("method", "elicitation/create");
      text.key("params");
      write_question(text, *question, *place.revision);
      text.end_object();
      text.end_object();
      text.member("requestState",
                  m_server.states().make(asking->tool, asking->arguments, question->terms,
                                         RequestStates::Clock::now()));
    });
  } else {
    refuse_capability(place, k_forms);
  }
  leave(place.turn);
}

// A legacy client is asked by a request of ours, and the call is under way meanwhile.
void McpPeer::ask_user(Pending& pending, const ToolQuestion& question)
{
  if (!pending.place.turn->is_asking) {
    return go_on(pending, ToolAnswer::dismissed);
  }
  pending.question = "\"limn-" + std::to_string(++m_last_question) + "\"";
  pending.asking->terms = question.terms;
  m_asked[pending.question] = pending.place.id;
  RpcWriter text(m_server.redactor());
  text.begin_object();
  text.member("jsonrpc", "2.0");
  text.key("id");
  text.id(pending.question);
  text.member("method", "elicitation/create");
  text.key("params");
  write_question(text, question, *pending.place.revision);
  text.end_object();
  put({McpMessage::Kind::request, text.str(), std::nullopt}, pending.place.turn);
}

// To such a request. A client that cannot ask its user has not been told yes.
void McpPeer::take_answer(const RpcMessage& message)
{
  const auto asked = m_asked.find(message.id);
  const auto found = asked == m_asked.end() ? m_pending.end() : m_pending.find(asked->second);
  if (found == m_pending.end()) {
    return;
  }
  auto& pending = *found->second;
  const auto answer = message.result ? answer_in(*message.result) : std::nullopt;
  go_on(pending, answer.value_or(ToolAnswer::dismissed));
}

void McpPeer::go_on(Pending& pending, ToolAnswer answer)
{
  m_asked.erase(pending.question);
  pending.question.clear();
  auto call = *pending.asking;
  call.answer = answer;
  begin_call(pending, std::move(call));
}

void McpPeer::lose(McpTurn turn)
{
  for (auto& [id, pending] : m_pending) {
    if (pending->place.turn->id == turn) {
      dismiss(*pending);
    }
  }
}

void McpPeer::stop_asking(McpTurn turn)
{
  for (auto& [id, pending] : m_pending) {
    if (pending->place.turn->id != turn) {
      continue;
    }
    if (!pending->question.empty()) {
      withdraw(pending->question, pending->place.turn);
    }
    dismiss(*pending);
  }
}

// What it asks, and what it is about to ask.
void McpPeer::dismiss(Pending& pending)
{
  pending.place.turn->is_asking = false;
  if (!pending.question.empty()) {
    go_on(pending, ToolAnswer::dismissed);
  }
}

// A request of ours that is not waited for any more.
void McpPeer::withdraw(const std::string& question, const std::shared_ptr<Turn>& turn)
{
  notify(
    "notifications/cancelled",
    [&question](RpcWriter& text) {
      text.key("requestId");
      text.id(question);
    },
    turn);
}

// What it does not know, or has answered, it ignores.
void McpPeer::cancel(const RpcMessage& message)
{
  const auto id = rpc_id_of(message.params ? member(*message.params, "requestId") : nullptr);
  const auto found = m_pending.find(id);
  if (found == m_pending.end()) {
    return;
  }
  const auto call = found->second->call;
  const auto question = found->second->question;
  const auto place = end(*found->second);
  if (call) {
    m_server.tools().cancel(*call);
  }
  if (!question.empty()) {
    withdraw(question, place.turn);
  }
  leave(place.turn);
}

} // namespace limn
