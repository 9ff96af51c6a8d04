#include "serve/mcp_endpoint.hpp"

#include "mcp/revision.hpp"
#include "mcp/rpc_writer.hpp"
#include "serve/image_calls.hpp"
#include "serve/replies.hpp"
#include "serve/whole_body.hpp"

#include <utility>

namespace limn {

namespace {

// What a legacy client means that tells no revision.
constexpr std::string_view k_untold_revision = "2025-03-26";

GatewayChoice choice_of(ImageCalls& calls)
{
  return [&calls](const std::vector<std::string>& wanted, std::vector<std::string>& names) {
    return calls.gateways(wanted, names);
  };
}

JobsListener listener_of(ImageCalls& calls)
{
  return {[&calls](const std::string& job) { calls.begun_elsewhere(job); },
          [&calls](const std::string& job, const Result<KeptJob>& kept) {
            calls.over_elsewhere(job, kept);
          }};
}

} // namespace

struct McpEndpoint::Asked {
  McpHeaders headers;
  const McpRevision* revision = nullptr; // that the headers name; null: none, or an unknown one
  Caller caller;
  int hops = 0; // McpClient::hops
};

McpEndpoint::McpEndpoint(const ServerParts& parts, ImageCalls& calls)
  : m_parts(parts), m_tools(parts.session, AgentLimits(), choice_of(calls), listener_of(calls)),
    m_server(m_tools, parts.session.redactor())
{
}

McpEndpoint::~McpEndpoint() = default;

std::unique_ptr<RequestReceiver> McpEndpoint::take(ExchangeId id, const RequestHead& head,
                                                   const Caller& caller)
{
  Asked asked;
  asked.headers = McpHeaders::of(head);
  asked.caller = caller;
  asked.hops = hops_of(head).value_or(0);
  if (head.method == "DELETE") {
    end_session(id, asked.headers.session, caller);
    return nullptr;
  }
  if (!takes_both_answers(head)) {
    m_parts.replies.error(id, refusal(406, "not_acceptable",
                                      "Accept has to list application/json and "
                                      "text/event-stream."));
    return nullptr;
  }
  if (asked.headers.version) {
    asked.revision = find_mcp_revision(*asked.headers.version);
  }
  return std::make_unique<WholeBody>(
    m_parts, id,
    [this, id, asked = std::move(asked)](const std::string& body) {
      take_message(id, asked, body);
    },
    [this, id](ExchangeEnd) {
      if (const auto found = m_posts.find(id); found != m_posts.end()) {
        const auto& post = found->second;
        m_turns.erase(post.turn);
        if (auto* const peer = m_sessions.look(post.session)) {
          peer->lose(post.turn);
        }
        m_posts.erase(found); // and with it what its peer has under way
      }
    },
    k_longest_message);
}

void McpEndpoint::take_message(ExchangeId id, const Asked& asked, const std::string& body)
{
  const auto document = parse_rpc(body);
  if (!document) {
    return refuse(id, 400, {}, document.error().code, document.error().message);
  }
  if (document->json.IsArray()) {
    return take_legacy(id, asked, *document, nullptr);
  }
  const auto message = read_rpc(document->json);
  if (!message) {
    const auto& fault = message.error();
    return refuse(id, 400, fault.id, fault.code, fault.message);
  }
  const bool says_modern = asked.revision && asked.revision->era == McpEra::modern;
  if (is_modern_mcp(*message) || says_modern) {
    take_modern(id, asked, *document, *message);
  } else {
    take_legacy(id, asked, *document, &*message);
  }
}

void McpEndpoint::take_modern(ExchangeId id, const Asked& asked, const RpcDocument& document,
                              const RpcMessage& message)
{
  if (message.kind == RpcMessage::Kind::answer) {
    return refuse(id, 400, message.id, RpcCode::invalid_request,
                  "Invalid Request: nothing was asked that this could answer");
  }
  if (message.kind == RpcMessage::Kind::request) {
    if (!is_modern_mcp(message)) {
      return refuse(
        id, 400, message.id, RpcCode::invalid_params,
        "Invalid params: _meta needs io.modelcontextprotocol/protocolVersion, a string");
    }
    if (const auto fault = header_mismatch(asked.headers, message)) {
      return refuse(id, 400, message.id, RpcCode::header_mismatch, *fault);
    }
  }
  auto& post = begin(id, McpExchange::Statuses::of_errors);
  post.peer = new_peer(asked.caller, nullptr);
  post.peer->receive(document, post.turn, asked.hops);
}

// `message`: null where it is several.
void McpEndpoint::take_legacy(ExchangeId id, const Asked& asked, const RpcDocument& document,
                              const RpcMessage* message)
{
  const auto rpc_id = message ? message->id : RpcId();
  if (!asked.revision && asked.headers.version) {
    return refuse(id, 400, rpc_id, RpcCode::invalid_request,
                  "Bad Request: MCP-Protocol-Version is none that this server speaks");
  }
  if (message && message->kind == RpcMessage::Kind::request && message->method == "initialize") {
    return begin_session(id, asked, document);
  }
  if (!asked.headers.session.empty()) {
    auto* const peer =
      m_sessions.find(asked.headers.session, asked.caller.key, m_parts.session.loop().now());
    if (!peer) {
      return refuse(id, 404, rpc_id, RpcCode::invalid_request,
                    "Session not found: begin a new one with initialize");
    }
    auto& post = begin(id, McpExchange::Statuses::of_the_session);
    post.session = asked.headers.session;
    return peer->receive(document, post.turn, asked.hops);
  }
  auto& post = begin(id, McpExchange::Statuses::of_the_session);
  const auto* untold = find_mcp_revision(k_untold_revision);
  post.peer = new_peer(asked.caller, asked.revision ? asked.revision : untold);
  post.peer->receive(document, post.turn, asked.hops);
}

void McpEndpoint::begin_session(ExchangeId id, const Asked& asked, const RpcDocument& document)
{
  auto peer = new_peer(asked.caller, nullptr);
  auto& agreed = *peer;
  const auto session =
    m_sessions.add(asked.caller.key, std::move(peer), m_parts.session.loop().now());
  if (session.empty()) {
    m_parts.replies.error(
      id, error_reply(Ending::overloaded, "Too many sessions of this key are busy."));
    return;
  }
  auto& post = begin(id, McpExchange::Statuses::of_the_session);
  post.session = session;
  post.exchange->add_header("mcp-session-id", session);
  agreed.receive(document, post.turn, asked.hops);
  if (!agreed.has_agreed()) {
    m_sessions.end(session, asked.caller.key, m_parts.session.loop().now());
  }
}

void McpEndpoint::end_session(ExchangeId id, const std::string& session, const Caller& caller)
{
  if (session.empty()) {
    return refuse(id, 400, {}, RpcCode::invalid_request,
                  "Bad Request: Mcp-Session-Id says which session is to end");
  }
  if (!m_sessions.end(session, caller.key, m_parts.session.loop().now())) {
    return refuse(id, 404, {}, RpcCode::invalid_request, "Session not found");
  }
  for (auto& [other, post] : m_posts) {
    if (post.session == session) {
      post.exchange->give_up(rpc_error_text(m_parts.session.redactor(), {},
                                            RpcCode::invalid_request, "the session was ended"));
    }
  }
  m_parts.replies.whole(id, {204, {}, {}}, "");
}

McpEndpoint::Post& McpEndpoint::begin(ExchangeId id, McpExchange::Statuses statuses)
{
  auto& post = m_posts[id];
  post.turn = static_cast<McpTurn>(++m_last_turn);
  post.exchange =
    std::make_unique<McpExchange>(m_parts.session.loop(), m_parts.replies, id, statuses);
  m_turns[post.turn] = id;
  return post;
}

std::unique_ptr<McpPeer> McpEndpoint::new_peer(const Caller& caller, const McpRevision* agreed)
{
  McpPeerOptions options;
  options.is_remote = true;
  options.agreed = agreed;
  options.owner = caller.key;
  options.limits = limits_of(caller, m_parts.settings);
  options.models = caller.models;
  options.most_under_way = m_parts.settings.max_jobs_per_key;
  options.ended = [this](McpTurn turn) {
    if (auto* const exchange = exchange_of(turn)) {
      exchange->end();
    }
  };
  return std::make_unique<McpPeer>(m_server, std::move(options), [this](const McpMessage& message) {
    if (auto* const exchange = exchange_of(message.turn)) {
      exchange->take(message);
    }
  });
}

void McpEndpoint::close()
{
  for (const auto& [id, post] : m_posts) {
    if (auto* const peer = peer_of(post)) {
      peer->stop_asking(post.turn);
    }
  }
}

// Null where its session was ended.
McpPeer* McpEndpoint::peer_of(const Post& post) const
{
  return post.peer ? post.peer.get() : m_sessions.look(post.session);
}

McpExchange* McpEndpoint::exchange_of(McpTurn turn)
{
  const auto found = m_turns.find(turn);
  return found == m_turns.end() ? nullptr : m_posts.at(found->second).exchange.get();
}

void McpEndpoint::refuse(ExchangeId id, int status, const RpcId& rpc_id, RpcCode code,
                         std::string_view message)
{
  m_parts.replies.whole(id, {status, {{"content-type", "application/json"}}, {}},
                        rpc_error_text(m_parts.session.redactor(), rpc_id, code, message));
}

} // namespace limn
