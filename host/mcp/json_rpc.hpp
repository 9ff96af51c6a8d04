#pragma once

#include "base/json.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace limn {

// What an error of JSON-RPC 2.0, or of the protocol above it, is told by.
enum class RpcCode : int {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  internal_error = -32603,
  header_mismatch = -32020,
  missing_capability = -32021,
  unsupported_version = -32022,
};

// An id or a progress token, as JSON: a string or a whole number of 64 bits. Empty: none.
using RpcId = std::string;

// The id in `value`; empty if it is null, no value at all, or none that can be sent back as it
// came.
RpcId rpc_id_of(const rapidjson::Value* value);

// Why a text is no message.
struct RpcFault {
  RpcCode code = RpcCode::invalid_request;
  std::string message;
  RpcId id; // where one could be read
};

// A message. Borrows from the document that it was read from.
struct RpcMessage {
  enum class Kind { request, notification, answer };
  Kind kind = Kind::notification;
  RpcId id;                                 // none with a notification
  std::string_view method;                  // none with an answer
  const rapidjson::Value* params = nullptr; // an object; null: there are none
  const rapidjson::Value* result = nullptr; // of an answer; null: it is an error
};

// One JSON document of valid UTF-8 with at most k_max_json_depth levels: a message or, as an array,
// several.
struct RpcDocument {
  rapidjson::Document json;
};
tl::expected<RpcDocument, RpcFault> parse_rpc(std::string_view text);

tl::expected<RpcMessage, RpcFault> read_rpc(const rapidjson::Value& value);

} // namespace limn
