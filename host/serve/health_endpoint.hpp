#pragma once

#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"

namespace limn {

inline constexpr std::string_view k_live_path = "/health/live";
inline constexpr std::string_view k_ready_path = "/health/ready";

// GET /health/live: the process answers. GET /health/ready: pictures would be drawn, as far as is
// remembered; 503 and a reason where they would not. Neither asks a gateway, or tells who they are.
class HealthEndpoint : public Endpoint
{
public:
  // Both are borrowed.
  HealthEndpoint(const ServerParts& parts, ImageCalls& calls) : m_parts(parts), m_calls(calls) {}

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  ImageCalls& m_calls;
};

} // namespace limn
