#pragma once

#include "mcp/revision.hpp"
#include "mcp/rpc_writer.hpp"
#include "mcp/tools.hpp"

#include <span>
#include <string_view>

namespace limn {

// How the values of tools.hpp are said in each revision of the protocol. `text` is within an object
// or an array, as each says.

// The key of a question, and of its answer's one field.
inline constexpr std::string_view k_question = "confirm";
inline constexpr std::string_view k_question_field = "ok";

// The array that `tools` is.
void write_tools(RpcWriter& text, std::span<const ToolDescription> tools,
                 const McpRevision& revision);

// Members of a result: content, structuredContent, isError.
void write_result(RpcWriter& text, const ToolResult& result, const McpRevision& revision);

// The object that params of elicitation/create are.
void write_question(RpcWriter& text, const ToolQuestion& question, const McpRevision& revision);

// Members of a task. Modern only.
void write_task(RpcWriter& text, const ToolTask& task);

} // namespace limn
