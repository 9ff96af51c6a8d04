#pragma once

#include "fake_tools.hpp"
#include "mcp/protocol.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::test {

inline constexpr std::string_view k_modern_meta =
  R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}})";

// A client without a wire, and tools without pictures.
struct McpBench {
  FakeTools tools;
  Redactor redactor;
  McpServer server{tools, redactor};
  std::vector<McpMessage> sent;
  std::unique_ptr<McpPeer> peer = new_peer({});

  std::unique_ptr<McpPeer> new_peer(McpPeerOptions options)
  {
    return std::make_unique<McpPeer>(
      server, options, [this](McpMessage message) { sent.push_back(std::move(message)); });
  }

  // What is sent at once; several joined by line feeds.
  std::string say(std::string_view text)
  {
    peer->receive(text);
    return heard();
  }

  // What was sent since the last look.
  std::string heard()
  {
    std::string all;
    for (const auto& message : std::exchange(sent, {})) {
      all += (all.empty() ? "" : "\n") + message.text;
    }
    return all;
  }

  // Through the handshake.
  void agree(std::string_view revision, std::string_view capabilities = "{}")
  {
    say(R"({"jsonrpc":"2.0","id":"hello","method":"initialize","params":{"protocolVersion":")"
        + std::string(revision) + R"(","capabilities":)" + std::string(capabilities)
        + R"(,"clientInfo":{"name":"host","version":"1"}}})");
    say(R"({"jsonrpc":"2.0","method":"notifications/initialized"})");
  }
};

// A modern request. `params` begins with a comma where there are some; `capabilities` is an object.
inline std::string modern(std::string_view id, std::string_view method,
                          std::string_view params = {}, std::string_view capabilities = "{}",
                          std::string_view meta = {})
{
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method)
         + R"(","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
         + R"("io.modelcontextprotocol/clientInfo":{"name":"host","version":"1"},)"
         + R"("io.modelcontextprotocol/clientCapabilities":)" + std::string(capabilities)
         + std::string(meta) + "}" + std::string(params) + "}}";
}

inline std::string legacy(std::string_view id, std::string_view method,
                          std::string_view params = "{}")
{
  return R"({"jsonrpc":"2.0","id":)" + std::string(id) + R"(,"method":")" + std::string(method)
         + R"(","params":)" + std::string(params) + "}";
}

} // namespace limn::test
