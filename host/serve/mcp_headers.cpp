#include "serve/mcp_headers.hpp"

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "base/json.hpp"
#include "mcp/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace limn {

namespace {

// The parameter that `Mcp-Name` repeats.
struct NamedMethod {
  std::string_view method;
  std::string_view parameter;
};

constexpr std::array k_named{
  NamedMethod{"tools/call", "name"},
  NamedMethod{"tasks/get", "taskId"},
  NamedMethod{"tasks/update", "taskId"},
  NamedMethod{"tasks/cancel", "taskId"},
};

std::optional<std::string> only(const RequestHead& head, std::string_view name)
{
  const auto count = std::ranges::count(head.headers, name, &HeaderList::value_type::first);
  return count == 1 ? std::optional<std::string>(head.header(name)) : std::nullopt;
}

// "text/*;q=0.5" and the like. q=0 is read as any other: nobody lists what it does not take.
bool accepts(std::string_view list, std::string_view type)
{
  const auto kind = type.substr(0, type.find('/'));
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    const auto item = list.substr(0, comma);
    const auto range = ascii_lower(trimmed(item.substr(0, item.find(';'))));
    if (range == type || range == "*/*" || range == std::string(kind) + "/*") {
      return true;
    }
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// A value that a header cannot hold as it is comes as "=?base64?...?=".
bool is_same_value(std::string_view told, std::string_view in_body)
{
  constexpr std::string_view begin = "=?base64?";
  constexpr std::string_view end = "?=";
  if (!told.starts_with(begin) || !told.ends_with(end)) {
    return told == in_body;
  }
  return told
         == std::string(begin) + base64_encode(std::as_bytes(std::span(in_body)))
              + std::string(end);
}

std::string mismatch(std::string_view header, const std::optional<std::string>& value,
                     std::string_view in_body)
{
  return value
           ? fmt::format("Header mismatch: {} is '{}', and the body has '{}'", header, *value,
                         in_body)
           : fmt::format("Header mismatch: {} is missing, and the body has '{}'", header, in_body);
}

} // namespace

McpHeaders McpHeaders::of(const RequestHead& head)
{
  McpHeaders headers;
  headers.version = only(head, "mcp-protocol-version");
  headers.method = only(head, "mcp-method");
  headers.name = only(head, "mcp-name");
  headers.session = head.header("mcp-session-id");
  return headers;
}

bool takes_both_answers(const RequestHead& head)
{
  std::string list;
  for (const auto& [name, value] : head.headers) {
    if (name == "accept") {
      list += (list.empty() ? "" : ",") + value;
    }
  }
  return list.empty() || (accepts(list, "application/json") && accepts(list, "text/event-stream"));
}

std::optional<std::string> header_mismatch(const McpHeaders& headers, const RpcMessage& message)
{
  const auto version = modern_version_of(message);
  if (!headers.version || (!version.empty() && *headers.version != version)) {
    return mismatch("MCP-Protocol-Version", headers.version, version);
  }
  if (headers.method != std::string(message.method)) {
    return mismatch("Mcp-Method", headers.method, message.method);
  }
  const auto* const row = std::ranges::find(k_named, message.method, &NamedMethod::method);
  if (row == k_named.end()) {
    return std::nullopt;
  }
  const auto* parameter = message.params ? member(*message.params, row->parameter) : nullptr;
  const auto named = string_or_empty(parameter);
  return headers.name && is_same_value(*headers.name, named)
           ? std::nullopt
           : std::optional(mismatch("Mcp-Name", headers.name, named));
}

} // namespace limn
