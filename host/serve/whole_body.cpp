#include "serve/whole_body.hpp"

#include "serve/replies.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

WholeBody::WholeBody(const ServerParts& parts, ExchangeId id, Whole whole, Ended ended,
                     std::uint64_t most)
  : m_parts(parts), m_id(id), m_whole(std::move(whole)), m_ended(std::move(ended)), m_most(most)
{
}

void WholeBody::body(std::string_view piece)
{
  if (!m_is_wanted) {
    return;
  }
  if (m_body.size() + piece.size() > m_most) {
    let_go();
    m_parts.replies.error(m_id, refusal(413, "request_too_large",
                                        fmt::format("The body is larger than {} bytes.", m_most)));
  } else if (!m_parts.bodies.take(piece.size())) {
    let_go();
    m_parts.replies.error(m_id, error_reply(Ending::overloaded, "Too many large requests at once. "
                                                                "Nothing was asked for."));
  } else {
    m_body += piece;
  }
}

void WholeBody::received()
{
  if (!m_is_wanted) {
    return;
  }
  auto body = std::exchange(m_body, {});
  m_parts.bodies.give_back(body.size());
  m_is_wanted = false;
  if (m_parts.is_closing) {
    m_parts.replies.error(m_id, closing_reply());
  } else {
    m_whole(std::move(body));
  }
}

void WholeBody::ended(ExchangeEnd end)
{
  let_go();
  m_ended(end);
}

void WholeBody::let_go()
{
  m_parts.bodies.give_back(m_body.size());
  m_body = {};
  m_is_wanted = false;
}

} // namespace limn
