#include "mcp/tool_text.hpp"

#include "base/utc_text.hpp"

#include <string>

namespace limn {

namespace {

void write_schema(RpcWriter& text, std::string_view name, const std::string& schema)
{
  text.key(name);
  text.json(redacted_json(text.redactor(), schema));
}

void write_tool(RpcWriter& text, const ToolDescription& tool, const McpRevision& revision)
{
  text.begin_object();
  text.key("name");
  text.own(tool.name);
  if (revision.has_structure) {
    text.key("title");
    text.own(tool.title);
  }
  text.key("description");
  text.own(tool.description);
  write_schema(text, "inputSchema", tool.input_schema);
  if (revision.has_structure && !tool.output_schema.empty()) {
    write_schema(text, "outputSchema", tool.output_schema);
  }
  if (revision.has_annotations) {
    text.key("annotations");
    text.begin_object();
    text.key("title");
    text.own(tool.title);
    text.flag("readOnlyHint", tool.is_read_only);
    text.flag("destructiveHint", tool.is_destructive);
    text.flag("idempotentHint", tool.is_idempotent);
    text.flag("openWorldHint", tool.is_open_world);
    text.end_object();
  }
  text.end_object();
}

void write_link(RpcWriter& text, const ToolLink& link)
{
  text.begin_object();
  text.member("type", "resource_link");
  text.key("uri");
  text.file_uri(link.file);
  text.key("name");
  text.own(link.name);
  text.key("mimeType");
  text.own(link.media_type);
  text.end_object();
}

void write_preview(RpcWriter& text, const std::string& jpeg)
{
  text.begin_object();
  text.member("type", "image");
  text.key("data");
  text.image(jpeg);
  text.member("mimeType", "image/jpeg");
  text.key("annotations");
  text.json(R"({"audience":["user","assistant"]})");
  text.end_object();
}

std::string_view state_word(ToolTask::State state)
{
  switch (state) {
  case ToolTask::State::working:
    return "working";
  case ToolTask::State::completed:
    return "completed";
  case ToolTask::State::failed:
    return "failed";
  case ToolTask::State::cancelled:
    return "cancelled";
  }
  return "failed";
}

} // namespace

void write_tools(RpcWriter& text, std::span<const ToolDescription> tools,
                 const McpRevision& revision)
{
  text.begin_array();
  for (const auto& tool : tools) {
    write_tool(text, tool, revision);
  }
  text.end_array();
}

void write_result(RpcWriter& text, const ToolResult& result, const McpRevision& revision)
{
  const auto json = redacted_json(text.redactor(), result.json);
  text.key("content");
  text.begin_array();
  text.begin_object();
  text.member("type", "text");
  text.key("text");
  text.json_text(json);
  text.end_object();
  if (revision.has_structure) {
    for (const auto& link : result.links) {
      write_link(text, link);
    }
  }
  for (const auto& preview : result.previews) {
    write_preview(text, preview);
  }
  text.end_array();
  if (result.is_structured && revision.has_structure) {
    text.key("structuredContent");
    text.json(json);
  }
  text.flag("isError", result.is_error);
}

void write_question(RpcWriter& text, const ToolQuestion& question, const McpRevision& revision)
{
  text.begin_object();
  if (revision.has_modes) {
    text.member("mode", "form");
  }
  text.key("message");
  text.said(question.message);
  text.key("requestedSchema");
  text.begin_object();
  text.member("type", "object");
  text.key("properties");
  text.begin_object();
  text.key(k_question_field);
  text.json(R"({"type":"boolean","title":"Go ahead","default":false})");
  text.end_object();
  text.key("required");
  text.begin_array();
  text.word(k_question_field);
  text.end_array();
  text.end_object();
  text.end_object();
}

void write_task(RpcWriter& text, const ToolTask& task)
{
  text.key("taskId");
  text.own(task.id);
  text.member("status", state_word(task.state));
  if (!task.message.empty()) {
    text.key("statusMessage");
    text.said(task.message);
  }
  text.member("createdAt", utc_text(std::chrono::floor<std::chrono::seconds>(task.created)));
  text.member("lastUpdatedAt", utc_text(std::chrono::floor<std::chrono::seconds>(task.changed)));
  text.member("ttlMs", static_cast<std::int64_t>(task.kept_for.count()));
  if (task.poll_after.count() > 0) {
    text.member("pollIntervalMs", static_cast<std::int64_t>(task.poll_after.count()));
  }
}

} // namespace limn
