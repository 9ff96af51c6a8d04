#include "mcp/json_rpc.hpp"

#include "base/utf8.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <utility>

namespace limn {

namespace {

tl::unexpected<RpcFault> no_request(std::string message, const RpcId& id)
{
  return tl::unexpected(
    RpcFault{RpcCode::invalid_request, "Invalid Request: " + std::move(message), id});
}

// Many libraries write what they have nothing for as null.
const rapidjson::Value* given(const rapidjson::Value& value, std::string_view name)
{
  const auto* found = member(value, name);
  return found && found->IsNull() ? nullptr : found;
}

// An answer to a request of ours.
tl::expected<RpcMessage, RpcFault> read_answer(const rapidjson::Value& value, RpcId id)
{
  const auto* result = given(value, "result");
  const auto* error = given(value, "error");
  if (!result && !error) {
    return no_request("there is no method", id);
  }
  if (result && error) {
    return no_request("an answer is a result or an error", id);
  }
  return RpcMessage{.kind = RpcMessage::Kind::answer, .id = std::move(id), .result = result};
}

} // namespace

RpcId rpc_id_of(const rapidjson::Value* value)
{
  if (!value) {
    return {};
  }
  if (value->IsInt64()) {
    return std::to_string(value->GetInt64());
  }
  if (value->IsUint64()) {
    return std::to_string(value->GetUint64());
  }
  if (!value->IsString()) {
    return {};
  }
  rapidjson::StringBuffer json;
  rapidjson::Writer<rapidjson::StringBuffer> writer(json);
  value->Accept(writer);
  return {json.GetString(), json.GetSize()};
}

tl::expected<RpcDocument, RpcFault> parse_rpc(std::string_view text)
{
  if (!is_utf8(text)) {
    return tl::unexpected(
      RpcFault{RpcCode::parse_error, "Parse error: the text is not UTF-8", RpcId()});
  }
  auto document = parse_json(text);
  if (!document) {
    return tl::unexpected(
      RpcFault{RpcCode::parse_error, "Parse error: " + document.error().message, RpcId()});
  }
  return RpcDocument{std::move(*document)};
}

tl::expected<RpcMessage, RpcFault> read_rpc(const rapidjson::Value& value)
{
  if (!value.IsObject()) {
    return no_request("a message is an object", RpcId());
  }
  const auto* id_value = member(value, "id");
  auto id = rpc_id_of(id_value);
  if (string_or_empty(member(value, "jsonrpc")) != "2.0") {
    return no_request("\"jsonrpc\" has to be \"2.0\"", id);
  }
  if (id_value && id.empty()) {
    return no_request("an id is a string or a whole number of 64 bits", id);
  }
  const auto* method = member(value, "method");
  if (!method) {
    return read_answer(value, std::move(id));
  }
  if (!method->IsString()) {
    return no_request("a method is a string", id);
  }
  const auto* params = given(value, "params");
  if (params && !params->IsObject() && !id.empty()) {
    return tl::unexpected(
      RpcFault{RpcCode::invalid_params, "Invalid params: they are an object", id});
  }
  return RpcMessage{.kind = id.empty() ? RpcMessage::Kind::notification : RpcMessage::Kind::request,
                    .id = std::move(id),
                    .method = string_or_empty(method),
                    .params = params && params->IsObject() ? params : nullptr};
}

} // namespace limn
