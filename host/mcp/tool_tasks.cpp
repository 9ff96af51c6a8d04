#include "mcp/protocol_parts.hpp"
#include "mcp/rpc_writer.hpp"
#include "mcp/tool_text.hpp"

#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_unknown_task = "Unknown task";

void write_error(RpcWriter& text, std::string_view message)
{
  text.key("error");
  text.begin_object();
  text.member("code", static_cast<std::int64_t>(RpcCode::internal_error));
  text.key("message");
  text.said(message);
  text.end_object();
}

// A task as it stands, with what came of it.
void write_whole_task(RpcWriter& text, const ToolTask& task, const McpRevision& revision)
{
  write_task(text, task);
  if (task.state == ToolTask::State::failed) {
    write_error(text, task.message.empty() ? "it failed" : task.message);
  } else if (task.state == ToolTask::State::completed && task.result) {
    text.key("result");
    text.begin_object();
    text.member("resultType", "complete");
    write_result(text, *task.result, revision);
    text.end_object();
  }
}

} // namespace

void McpPeer::get_task(const Request& request)
{
  find_task(request, [this](const Place& place, const std::optional<ToolTask>& task) {
    answer(place, "complete",
           [&](RpcWriter& text) { write_whole_task(text, *task, *place.revision); });
  });
}

// No task of ours asks anything, so there is nothing to be answered.
void McpPeer::update_task(const Request& request)
{
  const auto* responses = request.param("inputResponses");
  if (!responses || !responses->IsObject()) {
    return refuse(request.place, RpcCode::invalid_params,
                  "Invalid params: inputResponses is an object");
  }
  find_task(request, [this](const Place& place, const std::optional<ToolTask>&) {
    answer(place, "complete", [](RpcWriter&) {});
  });
}

void McpPeer::cancel_task(const Request& request)
{
  std::string task_id;
  if (!read_task_id(request, task_id)) {
    return;
  }
  const auto* pending = begin(request);
  if (!pending) {
    return;
  }
  m_server.tools().cancel_task(request.client, task_id,
                               [this, alive = std::weak_ptr(m_alive), id = pending->place.id,
                                serial = pending->serial](bool is_known) {
                                 auto* found = alive.expired() ? nullptr : find(id, serial);
                                 if (!found) {
                                   return;
                                 }
                                 const auto place = end(*found);
                                 if (is_known) {
                                   answer(place, "complete", [](RpcWriter&) {});
                                 } else {
                                   refuse(place, RpcCode::invalid_params, k_unknown_task);
                                 }
                                 leave(place.turn);
                               });
}

// `told` has a task, and answers.
void McpPeer::find_task(const Request& request,
                        std::function<void(const Place&, const std::optional<ToolTask>&)> told)
{
  std::string task_id;
  if (!read_task_id(request, task_id)) {
    return;
  }
  const auto* pending = begin(request);
  if (!pending) {
    return;
  }
  m_server.tools().task(request.client, task_id,
                        [this, alive = std::weak_ptr(m_alive), id = pending->place.id,
                         serial = pending->serial,
                         told = std::move(told)](const std::optional<ToolTask>& task) {
                          auto* found = alive.expired() ? nullptr : find(id, serial);
                          if (!found) {
                            return;
                          }
                          const auto place = end(*found);
                          if (task) {
                            told(place, task);
                          } else {
                            refuse(place, RpcCode::invalid_params, k_unknown_task);
                          }
                          leave(place.turn);
                        });
}

bool McpPeer::read_task_id(const Request& request, std::string& id)
{
  if (!request.client.takes_tasks) {
    refuse_capability(request.place, R"({"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    return false;
  }
  const auto* given = request.param("taskId");
  if (!given || !given->IsString()) {
    refuse(request.place, RpcCode::invalid_params, "Invalid params: taskId is a string");
    return false;
  }
  id = string_or_empty(given);
  return true;
}

} // namespace limn
