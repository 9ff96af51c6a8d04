#include "serve/health_endpoint.hpp"

#include "base/json_writer.hpp"
#include "serve/replies.hpp"

namespace limn {

namespace {

std::string status_json(std::string_view status, std::string_view reason)
{
  JsonWriter json;
  json.begin_object();
  json.member("status", status);
  if (!reason.empty()) {
    json.member("reason", reason);
  }
  json.end_object();
  return json.str();
}

} // namespace

std::unique_ptr<RequestReceiver> HealthEndpoint::take(ExchangeId id, const RequestHead& head,
                                                      const Caller& /*caller*/)
{
  const HeaderList fresh{{"cache-control", "no-store"}};
  if (head.path() == k_live_path) {
    m_parts.replies.json(id, status_json("live", ""), fresh);
    return nullptr;
  }
  const auto fault =
    m_parts.is_closing ? std::optional<std::string>("it is about to end") : m_calls.fault();
  if (fault) {
    m_parts.replies.json(id, status_json("not_ready", *fault), fresh, 503);
  } else {
    m_parts.replies.json(id, status_json("ready", ""), fresh);
  }
  return nullptr;
}

} // namespace limn
