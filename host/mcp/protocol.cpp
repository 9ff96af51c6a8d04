#include "mcp/protocol.hpp"

#include "mcp/protocol_parts.hpp"
#include "mcp/rpc_writer.hpp"
#include "mcp/tool_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_version_key = "io.modelcontextprotocol/protocolVersion";
constexpr std::string_view k_client_key = "io.modelcontextprotocol/clientInfo";
constexpr std::string_view k_capabilities_key = "io.modelcontextprotocol/clientCapabilities";

constexpr std::string_view k_initialize = "initialize";
constexpr std::string_view k_ping = "ping";
constexpr std::string_view k_discover = "server/discover";

// The tools are those of a version of limn.
constexpr std::int64_t k_list_lasts_ms = 3'600'000;

const rapidjson::Value* object_in(const rapidjson::Value* value, std::string_view name)
{
  const auto* found = value ? member(*value, name) : nullptr;
  return found && found->IsObject() ? found : nullptr;
}

// A client that says nothing of modes knows forms only.
bool answers_forms(const rapidjson::Value* capabilities)
{
  const auto* elicitation = object_in(capabilities, "elicitation");
  return elicitation && (member(*elicitation, "form") || !member(*elicitation, "url"));
}

bool takes_tasks(const rapidjson::Value* capabilities)
{
  return object_in(object_in(capabilities, "extensions"), k_tasks_extension) != nullptr;
}

void introduce(McpClient& client, const rapidjson::Value* info)
{
  if (info) {
    client.name = string_or_empty(member(*info, "name"));
    client.version = string_or_empty(member(*info, "version"));
  }
}

void write_modern_versions(RpcWriter& text)
{
  text.begin_array();
  for (const auto& revision : mcp_revisions()) {
    if (revision.era == McpEra::modern) {
      text.word(revision.name);
    }
  }
  text.end_array();
}

void write_freshness(RpcWriter& text)
{
  text.member("ttlMs", k_list_lasts_ms);
  text.member("cacheScope", "public");
}

} // namespace

bool is_modern_mcp(const RpcMessage& message)
{
  const auto* meta = message.params ? object_in(message.params, "_meta") : nullptr;
  return message.method == k_discover
         || (meta
             && (member(*meta, k_version_key) || member(*meta, k_capabilities_key)
                 || member(*meta, k_client_key)));
}

std::string_view modern_version_of(const RpcMessage& message)
{
  const auto* meta = message.params ? object_in(message.params, "_meta") : nullptr;
  return meta ? string_or_empty(member(*meta, k_version_key)) : std::string_view();
}

std::span<const McpPeer::Method> McpPeer::methods()
{
  using enum Method::In;
  static constexpr std::array<Method, 8> k_methods{{
    {k_initialize, legacy, &McpPeer::initialize},
    {k_ping, legacy, &McpPeer::ping},
    {k_discover, modern, &McpPeer::discover},
    {"tools/list", both, &McpPeer::list_tools},
    {"tools/call", both, &McpPeer::call_tool},
    {"tasks/get", modern, &McpPeer::get_task},
    {"tasks/update", modern, &McpPeer::update_task},
    {"tasks/cancel", modern, &McpPeer::cancel_task},
  }};
  return k_methods;
}

McpServer::McpServer(Tools& tools, const Redactor& redactor) : m_tools(tools), m_redactor(redactor)
{
}

McpPeer::McpPeer(McpServer& server, McpPeerOptions options, Send send)
  : m_server(server), m_options(std::move(options)), m_send(std::move(send)),
    m_agreed(m_options.agreed)
{
  m_client = stranger();
}

// Whose client nothing else is known of.
McpClient McpPeer::stranger() const
{
  McpClient client;
  client.is_remote = m_options.is_remote;
  client.owner = m_options.owner;
  client.limits = m_options.limits;
  client.models = m_options.models;
  client.most_under_way = m_options.most_under_way;
  return client;
}

void McpPeer::receive(std::string_view text, McpTurn id)
{
  if (const auto document = parse_rpc(text)) {
    receive(*document, id);
  } else {
    const auto turn = std::make_shared<Turn>(Turn{.id = id});
    refuse({{}, nullptr, turn}, document.error().code, document.error().message);
    leave(turn);
  }
}

void McpPeer::receive(const RpcDocument& document, McpTurn id, int hops)
{
  const auto turn = std::make_shared<Turn>(Turn{.id = id, .hops = hops});
  if (document.json.IsArray()) {
    take_batch(document, turn);
  } else if (const auto message = read_rpc(document.json)) {
    take(*message, turn);
  } else {
    refuse({message.error().id, nullptr, turn}, message.error().code, message.error().message);
  }
  leave(turn);
}

void McpPeer::refuse_long(std::size_t most)
{
  refuse({{}, nullptr, std::make_shared<Turn>()}, RpcCode::invalid_request,
         "Invalid Request: a message has at most " + std::to_string(most) + " bytes");
}

void McpPeer::take_batch(const RpcDocument& document, const std::shared_ptr<Turn>& turn)
{
  const auto messages = document.json.GetArray();
  if (!m_agreed || !m_agreed->has_batches) {
    return refuse({{}, nullptr, turn}, RpcCode::invalid_request,
                  "Invalid Request: one message at a time");
  }
  if (messages.Empty() || messages.Size() > k_most_in_batch) {
    return refuse({{}, nullptr, turn}, RpcCode::invalid_request,
                  "Invalid Request: a batch has 1 to " + std::to_string(k_most_in_batch)
                    + " messages");
  }
  turn->is_batch = true;
  for (const auto& value : messages) {
    if (const auto message = read_rpc(value)) {
      take(*message, turn);
    } else {
      refuse({message.error().id, nullptr, turn}, message.error().code, message.error().message);
    }
  }
}

void McpPeer::take(const RpcMessage& message, const std::shared_ptr<Turn>& turn)
{
  switch (message.kind) {
  case RpcMessage::Kind::request:
    return take_request(message, turn);
  case RpcMessage::Kind::notification:
    return take_notification(message);
  case RpcMessage::Kind::answer:
    return take_answer(message);
  }
}

void McpPeer::take_request(const RpcMessage& message, const std::shared_ptr<Turn>& turn)
{
  Request request{.place = {message.id, nullptr, turn}, .params = message.params};
  if (!read_terms(message, request)) {
    return;
  }
  request.client.hops = turn->hops;
  const auto unwanted = request.place.is_modern() ? Method::In::legacy : Method::In::modern;
  const auto all = methods();
  const auto method = std::ranges::find(all, message.method, &Method::name);
  if (method == all.end() || method->in == unwanted) {
    return refuse(request.place, RpcCode::method_not_found,
                  "Method not found: " + std::string(message.method));
  }
  if (m_pending.contains(message.id)) {
    return refuse(request.place, RpcCode::invalid_request,
                  "Invalid Request: a request with this id is under way");
  }
  (this->*method->handle)(request);
}

void McpPeer::take_notification(const RpcMessage& message)
{
  if (message.method == "notifications/cancelled") {
    cancel(message);
  } else if (message.method == "notifications/initialized") {
    m_is_ready = m_agreed != nullptr;
  }
}

bool McpPeer::read_terms(const RpcMessage& message, Request& request)
{
  const auto* meta = request.param("_meta");
  if (meta && !meta->IsObject()) {
    refuse(request.place, RpcCode::invalid_params, "Invalid params: _meta is an object");
    return false;
  }
  if (is_modern_mcp(message)) {
    return read_modern_terms(request);
  }
  request.client = m_client;
  request.client.answers_forms = m_client.answers_forms && m_is_ready;
  const bool needs_none = message.method == k_initialize || message.method == k_ping;
  if (!m_agreed && !needs_none) {
    refuse(request.place, RpcCode::invalid_params,
           "Invalid params: _meta lacks " + std::string(k_version_key)
             + ", and no initialize came before");
    return false;
  }
  request.place.revision = m_agreed ? m_agreed : &newest_legacy_mcp_revision();
  return true;
}

bool McpPeer::read_modern_terms(Request& request)
{
  const auto* meta = request.param("_meta");
  const auto lacks = [&](std::string_view key, std::string_view kind) {
    refuse(request.place, RpcCode::invalid_params,
           "Invalid params: _meta needs " + std::string(key) + ", " + std::string(kind));
    return false;
  };
  const auto* version = meta ? member(*meta, k_version_key) : nullptr;
  if (!version || !version->IsString()) {
    return lacks(k_version_key, "a string");
  }
  const auto* capabilities = object_in(meta, k_capabilities_key);
  if (!capabilities) {
    return lacks(k_capabilities_key, "an object");
  }
  const auto* info = member(*meta, k_client_key);
  if (info && !info->IsNull() && !info->IsObject()) {
    return lacks(k_client_key, "an object");
  }
  const auto requested = string_or_empty(version);
  const auto* revision = find_mcp_revision(requested);
  if (!revision || revision->era != McpEra::modern) {
    refuse(request.place, RpcCode::unsupported_version, "Unsupported protocol version",
           [requested](RpcWriter& text) {
             text.begin_object();
             text.key("supported");
             write_modern_versions(text);
             text.key("requested");
             text.said(requested);
             text.end_object();
           });
    return false;
  }
  request.place.revision = revision;
  request.client = stranger();
  request.client.answers_forms = answers_forms(capabilities);
  request.client.takes_tasks = takes_tasks(capabilities);
  introduce(request.client, object_in(meta, k_client_key));
  return true;
}

void McpPeer::initialize(const Request& request)
{
  const auto* version = request.param("protocolVersion");
  if (!version || !version->IsString()) {
    return refuse(request.place, RpcCode::invalid_params,
                  "Invalid params: protocolVersion is a string");
  }
  if (request.place.turn->is_batch) {
    return refuse(request.place, RpcCode::invalid_request,
                  "Invalid Request: initialize goes alone");
  }
  const auto* asked = find_mcp_revision(string_or_empty(version));
  m_agreed = asked && asked->era == McpEra::legacy ? asked : &newest_legacy_mcp_revision();
  m_is_ready = false;
  m_client = stranger();
  m_client.answers_forms =
    m_agreed->has_structure && answers_forms(object_in(request.params, "capabilities"));
  introduce(m_client, object_in(request.params, "clientInfo"));
  answer({request.place.id, m_agreed, request.place.turn}, {}, [this](RpcWriter& text) {
    text.member("protocolVersion", m_agreed->name);
    text.key("capabilities");
    text.json(R"({"tools":{}})");
    text.key("serverInfo");
    text.json(mcp_server_info());
    text.key("instructions");
    text.own(m_server.tools().instructions());
  });
}

void McpPeer::ping(const Request& request)
{
  answer(request.place, {}, [](RpcWriter&) {});
}

void McpPeer::discover(const Request& request)
{
  answer(request.place, "complete", [this](RpcWriter& text) {
    text.key("supportedVersions");
    write_modern_versions(text);
    text.key("capabilities");
    text.json(R"({"tools":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})");
    text.key("instructions");
    text.own(m_server.tools().instructions());
    write_freshness(text);
  });
}

void McpPeer::list_tools(const Request& request)
{
  if (request.param("cursor")) { // all of them are in one answer, which gave none
    return refuse(request.place, RpcCode::invalid_params, "Invalid params: unknown cursor");
  }
  answer(request.place, "complete", [this, &request](RpcWriter& text) {
    text.key("tools");
    write_tools(text, m_server.tools().list(), *request.place.revision);
    if (request.place.is_modern()) {
      write_freshness(text);
    }
  });
}

} // namespace limn
