#pragma once

#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"
#include "serve/serve_metrics.hpp"

namespace limn {

inline constexpr std::string_view k_metrics_path = "/metrics";

// GET /metrics, for Prometheus.
class MetricsEndpoint : public Endpoint
{
public:
  // All are borrowed.
  MetricsEndpoint(const ServerParts& parts, const ServeMetrics& metrics, const ImageCalls& calls)
    : m_parts(parts), m_metrics(metrics), m_calls(calls)
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  const ServeMetrics& m_metrics;
  const ImageCalls& m_calls;
};

} // namespace limn
