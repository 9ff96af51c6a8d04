#pragma once

#include "loop/loop.hpp"
#include "mcp/protocol.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace limn {

// What clients of the legacy era agreed on in a handshake, by the id that they were given. Each
// belongs to its owner: to another one it is unknown.
class McpSessions
{
public:
  static constexpr std::size_t k_most_of_owner = 128;
  static constexpr std::chrono::hours k_idle{24}; // that one is kept for without a request

  using Clock = Loop::Clock;

  // Where the owner has that many, the one that was used least lately makes room, if nothing is
  // under way in it. Empty: all are busy.
  std::string add(const std::string& owner, std::unique_ptr<McpPeer> peer, Clock::time_point now);

  // Null if there is none. It is used then.
  McpPeer* find(std::string_view id, const std::string& owner, Clock::time_point now);

  // The same where nobody asks it for anything: an unused one grows older.
  McpPeer* look(std::string_view id) const;

  // What is under way in it is cancelled. False if there is none.
  bool end(std::string_view id, const std::string& owner, Clock::time_point now);

private:
  struct Session {
    std::string owner;
    std::unique_ptr<McpPeer> peer;
    Clock::time_point used;
  };

  void forget_old(Clock::time_point now);
  bool make_room(const std::string& owner);

  std::map<std::string, Session, std::less<>> m_sessions;
};

} // namespace limn
