#pragma once

#include "serve/endpoint.hpp"

#include <cstdint>
#include <deque>
#include <set>
#include <string>

namespace limn {

inline constexpr std::string_view k_events_path = "/events";

// GET /events: what becomes of the page's jobs, one stream for each tab, as server-sent events.
// Each has a number; a stream that was cut goes on behind the last one that came, and hears `reset`
// where that cannot be.
class PageEvents : public Endpoint
{
public:
  // The parts are borrowed.
  explicit PageEvents(const ServerParts& parts);

  // To all; `json` passes the redactor.
  void tell(std::string_view name, const std::string& json);

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
  void tick();

  const ServerParts& m_parts;
  std::string m_run; // tells the numbers of this server from those of others
  std::uint64_t m_last = 0;
  std::deque<Told> m_told; // last
  std::set<ExchangeId> m_streams;
  Timer m_tick;
};

} // namespace limn
