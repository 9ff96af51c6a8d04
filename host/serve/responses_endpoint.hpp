#pragma once

#include "serve/call_answers.hpp"
#include "serve/endpoint.hpp"

namespace limn {

inline constexpr std::string_view k_responses_path = "/v1/responses";

// POST /v1/responses, as far as it asks for a picture.
class ResponsesEndpoint : public Endpoint
{
public:
  // Both are borrowed.
  ResponsesEndpoint(const ServerParts& parts, CallAnswers& answers)
    : m_parts(parts), m_answers(answers)
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  CallAnswers& m_answers;
};

} // namespace limn
