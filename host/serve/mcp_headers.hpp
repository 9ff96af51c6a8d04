#pragma once

#include "http_server/request_head.hpp"
#include "mcp/json_rpc.hpp"

#include <optional>
#include <string>

namespace limn {

// What the head of a request to the Model Context Protocol's endpoint says besides its body.
struct McpHeaders {
  // Nothing: there is none of that name, or several.
  std::optional<std::string> version;
  std::optional<std::string> method;
  std::optional<std::string> name;
  std::string session; // empty: none

  static McpHeaders of(const RequestHead& head);
};

// Whether the answer may be JSON or a stream of events, as every client has to take both. Who says
// nothing takes anything.
bool takes_both_answers(const RequestHead& head);

// What the headers of a modern request have to repeat of its body, so that whoever stands between
// need not read it. Nothing: they do.
std::optional<std::string> header_mismatch(const McpHeaders& headers, const RpcMessage& message);

} // namespace limn
