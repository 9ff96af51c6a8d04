#pragma once

#include "serve/call_answers.hpp"
#include "serve/endpoint.hpp"
#include "serve/picture_links.hpp"

namespace limn {

inline constexpr std::string_view k_generations_path = "/v1/images/generations";

// How a client of the images API is told of what it asks for; `event` as ImagesForm has it. All is
// borrowed.
std::unique_ptr<AnswerForm> images_form(const ServerParts& parts, PictureLinks& links,
                                        const std::string& base_url, std::string_view event,
                                        const ImagesRequest& wanted);

// Where the client finds this server.
std::string public_base_url(const ServerParts& parts, const RequestHead& head);

// POST /v1/images/generations.
class ImagesEndpoint : public Endpoint
{
public:
  // All of it is borrowed.
  ImagesEndpoint(const ServerParts& parts, CallAnswers& answers, PictureLinks& links)
    : m_parts(parts), m_answers(answers), m_links(links)
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  const ServerParts& m_parts;
  CallAnswers& m_answers;
  PictureLinks& m_links;
};

} // namespace limn
