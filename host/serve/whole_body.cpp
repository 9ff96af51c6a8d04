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
  } else if (!make_room(m_body.size() + piece.size())) {
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
  let_go();
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

// Small ones need none: whoever holds the room with large ones keeps nobody else out.
bool WholeBody::make_room(std::uint64_t size)
{
  constexpr std::uint64_t k_small = 64U << 10U;
  if (size <= k_small) {
    return true;
  }
  if (!m_parts.bodies.take(size - m_taken)) {
    return false;
  }
  m_taken = size;
  return true;
}

void WholeBody::let_go()
{
  m_parts.bodies.give_back(std::exchange(m_taken, 0));
  m_body = {};
  m_is_wanted = false;
}

} // namespace limn
