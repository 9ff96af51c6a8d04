#include "queue/metrics_listener.hpp"

#include "base/metrics_text.hpp"
#include "http_server/host_text.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_path = "/metrics";

// Nobody has a body to say.
class MetricsReader : public RequestReceiver
{
public:
  void body(std::string_view /*piece*/) override {}
  void received() override {}
};

} // namespace

Result<std::unique_ptr<MetricsListener>>
MetricsListener::listen(Loop& loop, const Redactor& redactor, const std::string& address,
                        std::uint16_t port, std::function<std::string()> text)
{
  std::unique_ptr<MetricsListener> listener(new MetricsListener(redactor, std::move(text)));
  ServerOptions options;
  options.addresses = {address};
  options.port = port;
  options.max_connections = 64;
  options.max_body_size = 0;
  LIMN_TRY_ASSIGN(listener->m_http, HttpServer::listen(loop, std::move(options),
                                                       [self = listener.get()](
                                                         ExchangeId id, const RequestHead& head) {
                                                         self->answer(id, head);
                                                         return std::make_unique<MetricsReader>();
                                                       }));
  return listener;
}

std::string MetricsListener::url() const
{
  return fmt::format("http://{}{}", m_http->places().front(), k_path);
}

// A page of elsewhere may have turned a name of its own into our address, and would read what is
// told then; no page can have an address in numbers stand for another one.
bool MetricsListener::is_for_us(ExchangeId id, const RequestHead& head) const
{
  if (!m_http->client(id).is_loopback) {
    return true; // whoever gets through a network to this address may read it
  }
  const auto host = read_host(head.header("host"));
  return host && (host->is_numeric || is_loopback_name(host->name));
}

// The names of gateways are the user's own words, who may have called one by its key.
void MetricsListener::answer(ExchangeId id, const RequestHead& head)
{
  if (!is_for_us(id, head)) {
    m_http->reply(id, {421, {{"content-type", "text/plain"}}, {}},
                  "ask by the address in numbers\n");
    return;
  }
  if (head.path() != k_path) {
    m_http->reply(id, {404, {{"content-type", "text/plain"}}, {}}, "there is only /metrics\n");
    return;
  }
  if (head.method != "GET" && head.method != "HEAD") {
    m_http->reply(id, {405, {{"allow", "GET, HEAD"}}, {}}, "");
    return;
  }
  m_http->reply(id, {200, {{"content-type", std::string(MetricsText::k_content_type)}}, {}},
                m_redactor.redact_own(m_text()));
}

} // namespace limn
