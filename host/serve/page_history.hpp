#pragma once

#include "loop/disk_thread.hpp"
#include "serve/endpoint.hpp"
#include "serve/thumbnails.hpp"

#include <string>

namespace limn {

inline constexpr std::string_view k_history_path = "/api/history";
inline constexpr std::string_view k_spend_path = "/api/spend";

// GET /api/history?search=&before=&limit=: entries, the newest first; `next` is the `before` of the
// next page, whatever comes or goes meanwhile. GET and DELETE /api/history/ID: one; its file stays.
class PageHistory : public Endpoint
{
public:
  // Both are borrowed.
  PageHistory(const ServerParts& parts, Thumbnails& thumbnails)
    : m_parts(parts), m_thumbnails(thumbnails), m_disk(parts.session.loop())
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  void tell(ExchangeId id, const Result<std::string>& json);

  const ServerParts& m_parts;
  Thumbnails& m_thumbnails;
  DiskThread m_disk;
};

// GET /api/spend: today, this month and in all, and by gateway and month.
class SpendEndpoint : public Endpoint
{
public:
  // The parts are borrowed.
  explicit SpendEndpoint(const ServerParts& parts) : m_parts(parts), m_disk(parts.session.loop()) {}

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  DiskThread m_disk;
};

} // namespace limn
