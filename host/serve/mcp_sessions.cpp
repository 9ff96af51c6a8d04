#include "serve/mcp_sessions.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <array>
#include <cstdint>
#include <new>
#include <utility>

namespace limn {

namespace {

std::string new_session_id()
{
  std::array<std::uint64_t, 2> random{};
  if (::getrandom(random.data(), sizeof random, 0) != static_cast<ssize_t>(sizeof random)) {
    throw std::bad_alloc(); // a kernel without random bytes has nothing else, either
  }
  return fmt::format("{:016x}{:016x}", random[0], random[1]);
}

} // namespace

std::string McpSessions::add(const std::string& owner, std::unique_ptr<McpPeer> peer,
                             Clock::time_point now)
{
  forget_old(now);
  if (!make_room(owner)) {
    return {};
  }
  auto id = new_session_id();
  m_sessions[id] = {owner, std::move(peer), now};
  return id;
}

McpPeer* McpSessions::find(std::string_view id, const std::string& owner, Clock::time_point now)
{
  forget_old(now);
  const auto found = m_sessions.find(id);
  if (found == m_sessions.end() || found->second.owner != owner) {
    return nullptr;
  }
  found->second.used = now;
  return found->second.peer.get();
}

McpPeer* McpSessions::look(std::string_view id) const
{
  const auto found = m_sessions.find(id);
  return found == m_sessions.end() ? nullptr : found->second.peer.get();
}

bool McpSessions::end(std::string_view id, const std::string& owner, Clock::time_point now)
{
  if (find(id, owner, now) == nullptr) {
    return false;
  }
  m_sessions.erase(m_sessions.find(id));
  return true;
}

void McpSessions::forget_old(Clock::time_point now)
{
  std::erase_if(m_sessions, [now](const auto& one) {
    return now - one.second.used > k_idle && one.second.peer->pending() == 0;
  });
}

bool McpSessions::make_room(const std::string& owner)
{
  std::size_t count = 0;
  auto oldest = m_sessions.end();
  for (auto session = m_sessions.begin(); session != m_sessions.end(); ++session) {
    if (session->second.owner != owner) {
      continue;
    }
    ++count;
    const bool is_older = oldest == m_sessions.end() || session->second.used < oldest->second.used;
    if (session->second.peer->pending() == 0 && is_older) {
      oldest = session;
    }
  }
  if (count < k_most_of_owner) {
    return true;
  }
  if (oldest == m_sessions.end()) {
    return false;
  }
  m_sessions.erase(oldest);
  return true;
}

} // namespace limn
