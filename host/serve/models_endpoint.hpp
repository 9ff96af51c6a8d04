#pragma once

#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"

namespace limn {

inline constexpr std::string_view k_models_path = "/v1/models";

// GET /v1/models and /v1/models/ID: the models that would be asked for.
class ModelsEndpoint : public Endpoint
{
public:
  // Both are borrowed.
  ModelsEndpoint(const ServerParts& parts, ImageCalls& calls) : m_parts(parts), m_calls(calls) {}

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  ImageCalls& m_calls;
};

} // namespace limn
