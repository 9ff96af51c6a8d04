#pragma once

#include "mcp/image_tools.hpp"
#include "mcp/protocol.hpp"
#include "serve/endpoint.hpp"
#include "serve/mcp_exchange.hpp"
#include "serve/mcp_headers.hpp"
#include "serve/mcp_sessions.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace limn {

class ImageCalls;

inline constexpr std::string_view k_mcp_path = "/mcp";

// The Model Context Protocol over HTTP, in both eras: the tools of `limn mcp` for agents that are
// not started by their host. A modern request stands for itself, and ends with its connection; one
// of a handshake belongs to a session, and goes on without its connection. There is no stream
// besides those of answers: nothing is ever told unasked.
class McpEndpoint : public Endpoint
{
public:
  // Largest message, in bytes: as on standard input.
  static constexpr std::uint64_t k_longest_message = std::uint64_t{4} << 20U;

  // Both are borrowed.
  McpEndpoint(const ServerParts& parts, ImageCalls& calls);
  ~McpEndpoint() override;

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

  // Answers to questions are refused from now on, so that nobody waits for one.
  void close() override;

private:
  // A POST under way.
  struct Post {
    std::unique_ptr<McpExchange> exchange;
    std::unique_ptr<McpPeer> peer; // of its own, unless it belongs to a session
    std::string session;
    McpTurn turn{};
  };
  struct Asked;

  void take_message(ExchangeId id, const Asked& asked, const std::string& body);
  void take_modern(ExchangeId id, const Asked& asked, const RpcDocument& document,
                   const RpcMessage& message);
  void take_legacy(ExchangeId id, const Asked& asked, const RpcDocument& document,
                   const RpcMessage* message);
  void begin_session(ExchangeId id, const Asked& asked, const RpcDocument& document);
  void end_session(ExchangeId id, const std::string& session, const Caller& caller);
  Post& begin(ExchangeId id, McpExchange::Statuses statuses);
  std::unique_ptr<McpPeer> new_peer(const Caller& caller, const McpRevision* agreed);
  void refuse(ExchangeId id, int status, const RpcId& rpc_id, RpcCode code,
              std::string_view message);
  McpPeer* peer_of(const Post& post) const;
  McpExchange* exchange_of(McpTurn turn);

  const ServerParts& m_parts;
  ImageTools m_tools;
  McpServer m_server;
  std::uint64_t m_last_turn = 0;
  std::map<ExchangeId, Post> m_posts;
  std::map<McpTurn, ExchangeId> m_turns; // of those
  McpSessions m_sessions;
};

} // namespace limn
