#pragma once

#include "serve/endpoint.hpp"
#include "serve/local_keys.hpp"
#include "serve/page_sessions.hpp"

namespace limn {

class PageEvents;

inline constexpr std::string_view k_session_path = "/session";

// What a session of the page is opened with.
struct PageEntry {
  enum class Needs { session, nothing };

  Needs needs = Needs::session;
  PageSessions sessions;
  WatchedKeys* keys = nullptr; // not null; borrowed

  // Whoever sent it, which may have no key; nothing: no session lets it in.
  std::optional<Caller> caller_of(const RequestHead& head, std::uint16_t port)
  {
    return caller_of_session(session_of(head, port));
  }

  // The same in two steps, for an answer that goes on: its session may end meanwhile.
  static std::string session_of(const RequestHead& head, std::uint16_t port);
  std::optional<Caller> caller_of_session(const std::string& session);
};

// GET tells whether there is a session, POST opens one by a key or a link's token, DELETE ends it.
class SessionEndpoint : public Endpoint
{
public:
  // All are borrowed.
  SessionEndpoint(const ServerParts& parts, PageEntry& entry, PageEvents& events)
    : m_parts(parts), m_entry(entry), m_events(events)
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  void open(ExchangeId id, const std::string& body, bool is_encrypted);
  void tell(ExchangeId id, bool is_open, HeaderList more);

  const ServerParts& m_parts;
  PageEntry& m_entry;
  PageEvents& m_events;
};

} // namespace limn
