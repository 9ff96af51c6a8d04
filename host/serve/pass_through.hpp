#pragma once

#include "http/transport.hpp"
#include "serve/endpoint.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace limn {

// The paths that it is meant for, besides k_responses_path.
inline constexpr std::string_view k_chat_path = "/v1/chat/completions";
inline constexpr std::string_view k_completions_path = "/v1/completions";
inline constexpr std::string_view k_embeddings_path = "/v1/embeddings";
inline constexpr std::string_view k_moderations_path = "/v1/moderations";
inline constexpr std::string_view k_audio_path = "/v1/audio";

// Hands requests that ask for no picture to one gateway, with its base URL and its key, and what it
// answers back: both as they come, and no faster than they are taken. Each goes there once. The
// history is told that it was asked, at an unknown cost; nothing of what was said is kept. To which
// gateway, the settings say at each request.
class PassThrough : public Endpoint
{
public:
  // The parts are borrowed.
  explicit PassThrough(const ServerParts& parts);
  ~PassThrough() override;

  // What is behind "/v1" of the path goes behind the gateway's base URL, without a query. Whoever
  // has read the body already, to see what it asks for, gives it to what this returns, and tells it
  // all that it is told. Null: it was answered.
  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  class Passing;

  Result<Gateway> find_gateway();

  const ServerParts& m_parts;
  Transport m_transport;
};

// POST /v1/responses, which asks for a picture, or for none.
class PassedResponses : public Endpoint
{
public:
  // All are borrowed.
  PassedResponses(const ServerParts& parts, PassThrough& pass, Endpoint& drawing)
    : m_parts(parts), m_pass(pass), m_drawing(drawing)
  {
  }

  std::unique_ptr<RequestReceiver> take(ExchangeId id, const RequestHead& head,
                                        const Caller& caller) override;

private:
  class Reading;

  const ServerParts& m_parts;
  PassThrough& m_pass;
  Endpoint& m_drawing;
};

} // namespace limn
