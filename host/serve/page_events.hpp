#pragma once

#include "serve/endpoint.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace limn {

struct PageEntry;

inline constexpr std::string_view k_events_path = "/events";

// GET /events: what becomes of the page's jobs, one stream for each tab, as server-sent events.
// Each has a number; a stream that was cut goes on behind the last one that came, and hears `reset`
// where that cannot be. It ends with the session that it was asked for in.
class PageEvents : public Endpoint
{
public:
  // Both are borrowed.
  PageEvents(const ServerParts& parts, PageEntry& entry);

  // To all; `json` passes the redactor.
  void tell(std::string_view name, const std::string& json);

  // Those whose session is over hear no more.
  void leave_ended();

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;
  void close() override;

private:
  class Receiver;

  struct Told {
    std::uint64_t number = 0;
    std::string text;
  };

  std::string id_of(std::uint64_t number) const;
  void resume(ExchangeId id, std::string_view last_id);
  void write_to_all(const std::string& text);
  void finish_where(const std::function<bool(ExchangeId, const std::string& session)>& is_over);
  void tick();

  const ServerParts& m_parts;
  PageEntry& m_entry;
  std::string m_run; // tells the numbers of this server from those of others
  std::uint64_t m_last = 0;
  std::deque<Told> m_told;                     // last
  std::map<ExchangeId, std::string> m_streams; // sessions, as PageEntry::session_of has them
  Timer m_tick;
};

} // namespace limn
