#pragma once

#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"

namespace limn {

inline constexpr std::string_view k_generations_path = "/v1/images/generations";

// POST /v1/images/generations.
class ImagesEndpoint : public Endpoint
{
public:
  // Both are borrowed.
  ImagesEndpoint(const ServerParts& parts, ImageCalls& calls) : m_parts(parts), m_calls(calls) {}

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  void replied(ExchangeId id, ImageReply reply);

  const ServerParts& m_parts;
  ImageCalls& m_calls;
};

} // namespace limn
