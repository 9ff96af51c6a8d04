#pragma once

#include "serve/endpoint.hpp"
#include "serve/local_keys.hpp"
#include "serve/page_sessions.hpp"

namespace limn {

inline constexpr std::string_view k_session_path = "/session";

// What a session of the page is opened with.
struct PageEntry {
  enum class Needs { session, nothing };

  Needs needs = Needs::session;
  PageSessions sessions;
  WatchedKeys* keys = nullptr; // not null; borrowed

  // Whoever sent it, which may have no key; nothing: no session lets it in.
  std::optional<Caller> caller_of(const RequestHead& head, std::uint16_t port);
};

// GET tells whether there is a session, POST opens one by a key or a link's token, DELETE ends it.
class SessionEndpoint : public Endpoint
{
public:
  // Both are borrowed.
  SessionEndpoint(const ServerParts& parts, PageEntry& entry) : m_parts(parts), m_entry(entry) {}

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  void open(ExchangeId id, const std::string& body, bool is_encrypted);
  void tell(ExchangeId id, bool is_open, HeaderList more);

  const ServerParts& m_parts;
  PageEntry& m_entry;
};

} // namespace limn
