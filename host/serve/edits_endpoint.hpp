#pragma once

#include "serve/call_answers.hpp"
#include "serve/endpoint.hpp"
#include "serve/picture_links.hpp"

namespace limn {

inline constexpr std::string_view k_edits_path = "/v1/images/edits";

// POST /v1/images/edits, as a form or as JSON.
class EditsEndpoint : public Endpoint
{
public:
  // All of it is borrowed.
  EditsEndpoint(const ServerParts& parts, CallAnswers& answers, PictureLinks& links)
    : m_parts(parts), m_answers(answers), m_links(links)
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  void begin(ExchangeId id, const Done& read, const ImageCall& call, const std::string& base_url);

  const ServerParts& m_parts;
  CallAnswers& m_answers;
  PictureLinks& m_links;
};

} // namespace limn
