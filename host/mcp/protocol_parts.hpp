#pragma once

#include "mcp/json_rpc.hpp"
#include "mcp/protocol.hpp"
#include "mcp/revision.hpp"

#include <limits>

// What the files of McpPeer share.

namespace limn {

inline constexpr std::string_view k_tasks_extension = "io.modelcontextprotocol/tasks";

// The object that says who serves.
std::string_view mcp_server_info();

// What came as one: a message, or several, whose answers go as one.
struct McpPeer::Turn {
  McpTurn id;
  int hops = 0;
  bool is_batch = false;
  bool is_asking = true; // its user, where that is needed
  std::size_t open = 1;  // requests without an answer; and one while they are read
  std::string answers;   // of a batch
};

// Where an answer goes, and how it is said.
struct McpPeer::Place {
  RpcId id;
  const McpRevision* revision = nullptr; // null: an error is all that is said
  std::shared_ptr<Turn> turn;

  bool is_modern() const { return revision->era == McpEra::modern; }
};

// A request whose terms are known. Borrows from its message.
struct McpPeer::Request {
  Place place;
  const rapidjson::Value* params = nullptr; // null: none
  McpClient client;

  const rapidjson::Value* param(std::string_view name) const
  {
    const auto* found = params ? limn::member(*params, name) : nullptr;
    return found && found->IsNull() ? nullptr : found;
  }
};

// A request that is not answered yet.
struct McpPeer::Pending {
  Place place;
  std::uint64_t serial = 0; // tells it from a later one with the same id
  McpClient client;
  std::optional<ToolCallId> call; // under way
  RpcId progress_token;
  double progress = -std::numeric_limits<double>::infinity(); // that was told last
  std::optional<ToolCall> asking; // the call, where it may have to be made once more
  RpcId question;                 // our request to a legacy client
};

struct McpPeer::Method {
  enum class In { legacy, modern, both };
  std::string_view name;
  In in;
  void (McpPeer::*handle)(const Request&);
};

} // namespace limn
