#include "mcp/protocol_parts.hpp"
#include "mcp/rpc_writer.hpp"

#include <utility>

namespace limn {

std::string_view mcp_server_info()
{
  return R"({"name":"limn","version":")" LIMN_VERSION R"("})";
}

McpPeer::~McpPeer()
{
  for (const auto& [id, pending] : m_pending) {
    if (pending->call) {
      m_server.tools().cancel(*pending->call);
    }
  }
}

// Null where it was refused.
McpPeer::Pending* McpPeer::begin(const Request& request)
{
  if (m_pending.size() >= k_most_pending) {
    refuse(request.place, RpcCode::internal_error,
           std::to_string(k_most_pending) + " requests are under way; wait for some of them");
    return nullptr;
  }
  auto pending = std::make_unique<Pending>();
  pending->place = request.place;
  pending->serial = ++m_last_serial;
  pending->client = request.client;
  ++request.place.turn->open;
  return m_pending.emplace(request.place.id, std::move(pending)).first->second.get();
}

McpPeer::Pending* McpPeer::find(const std::string& id, std::uint64_t serial)
{
  const auto found = m_pending.find(id);
  return found != m_pending.end() && found->second->serial == serial ? found->second.get()
                                                                     : nullptr;
}

// It is under way no more; who ends it answers, and leaves its turn.
McpPeer::Place McpPeer::end(Pending& pending)
{
  m_asked.erase(pending.question);
  auto place = std::move(pending.place);
  m_pending.erase(place.id);
  return place;
}

void McpPeer::answer(const Place& place, std::string_view result_type, const Write& write)
{
  RpcWriter text(m_server.redactor());
  text.begin_object();
  text.member("jsonrpc", "2.0");
  text.key("id");
  text.id(place.id);
  text.key("result");
  text.begin_object();
  if (place.is_modern()) {
    text.member("resultType", result_type);
  }
  write(text);
  if (place.is_modern()) {
    text.key("_meta");
    text.begin_object();
    text.key("io.modelcontextprotocol/serverInfo");
    text.json(mcp_server_info());
    text.end_object();
  }
  text.end_object();
  text.end_object();
  put({McpMessage::Kind::answer, text.str(), std::nullopt}, place.turn);
}

void McpPeer::refuse(const Place& place, RpcCode code, std::string_view message, const Write& data)
{
  put({McpMessage::Kind::answer, rpc_error_text(m_server.redactor(), place.id, code, message, data),
       static_cast<int>(code)},
      place.turn);
}

void McpPeer::refuse_capability(const Place& place, std::string_view capabilities)
{
  if (!place.is_modern()) {
    return refuse(place, RpcCode::internal_error, "this client cannot be answered in this way");
  }
  refuse(place, RpcCode::missing_capability, "Missing required client capability",
         [capabilities](RpcWriter& text) {
           text.begin_object();
           text.key("requiredCapabilities");
           text.json(capabilities);
           text.end_object();
         });
}

void McpPeer::notify(std::string_view method, const Write& params,
                     const std::shared_ptr<Turn>& turn)
{
  RpcWriter text(m_server.redactor());
  text.begin_object();
  text.member("jsonrpc", "2.0");
  text.member("method", method);
  text.key("params");
  text.begin_object();
  params(text);
  text.end_object();
  text.end_object();
  put({McpMessage::Kind::notification, text.str(), std::nullopt}, turn);
}

void McpPeer::put(McpMessage message, const std::shared_ptr<Turn>& turn)
{
  if (turn->is_batch && message.kind == McpMessage::Kind::answer) {
    turn->answers += turn->answers.empty() ? "[" : ",";
    turn->answers += message.text;
    return;
  }
  message.turn = turn->id;
  m_send(std::move(message));
}

// One of its requests needs no answer any more.
void McpPeer::leave(const std::shared_ptr<Turn>& turn)
{
  if (--turn->open > 0) {
    return;
  }
  if (!turn->answers.empty()) {
    m_send({McpMessage::Kind::answer, std::move(turn->answers) + "]", std::nullopt, turn->id});
  }
  if (m_options.ended) {
    m_options.ended(turn->id);
  }
}

} // namespace limn
