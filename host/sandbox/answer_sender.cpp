#include "sandbox/answer_sender.hpp"

#include <utility>

namespace limn::sandbox {

AnswerSender::AnswerSender(Loop& loop, HttpServer& server, ExchangeId id, Answer answer)
  : m_loop(loop), m_server(server), m_id(id), m_answer(std::move(answer))
{
}

void AnswerSender::start()
{
  if (m_answer.ending == Ending::closed_unanswered) {
    m_server.hang_up(m_id, HttpServer::HangUp::once_sent);
    return;
  }
  // What waits before its first byte waits before its head too, as a gateway that is drawing.
  if (m_answer.framing == Framing::content_length && !m_answer.pieces.empty()) {
    const auto wait = std::exchange(m_answer.pieces.front().wait_before, {});
    m_pause = m_loop.after(wait, [this] { send_head(); });
    return;
  }
  send_head();
}

void AnswerSender::send_head()
{
  ReplyHead head{m_answer.status, {{"Content-Type", m_answer.content_type}}, {}};
  head.headers.insert(head.headers.end(), m_answer.headers.begin(), m_answer.headers.end());
  if (m_answer.framing == Framing::content_length) {
    head.length = m_answer.announced_length.value_or(body_size(m_answer));
  }
  m_server.begin(m_id, head);
}

void AnswerSender::go_on()
{
  while (m_next < m_answer.pieces.size()) {
    if (const auto wait = std::exchange(m_answer.pieces[m_next].wait_before, {});
        wait.count() > 0) {
      m_pause = m_loop.after(wait, [this] { go_on(); });
      return;
    }
    m_server.write(m_id, m_answer.pieces[m_next++].text);
    if (m_server.waiting(m_id) > 0) { // else it is empty, or such an answer has no body
      return;
    }
  }
  end();
}

void AnswerSender::end()
{
  if (m_answer.ending == Ending::cut) {
    m_server.hang_up(m_id, HttpServer::HangUp::once_sent);
  } else {
    m_server.finish(m_id);
  }
}

} // namespace limn::sandbox
