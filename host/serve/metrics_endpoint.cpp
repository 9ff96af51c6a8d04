#include "serve/metrics_endpoint.hpp"

#include "base/metrics_text.hpp"
#include "serve/replies.hpp"

namespace limn {

std::unique_ptr<RequestReceiver> MetricsEndpoint::take(ExchangeId id, const RequestHead& /*head*/,
                                                       const Caller& /*caller*/)
{
  // A gateway's name is the user's own word, who may have called it by its key.
  auto text = m_parts.session.redactor().redact_own(m_metrics.text(m_calls.running()));
  m_parts.replies.whole(id, {200, {{"content-type", std::string(MetricsText::k_content_type)}}, {}},
                        std::move(text));
  return nullptr;
}

} // namespace limn
