// What is said on a connection by who answers. Nothing is sent here, and nobody called.
#include "http_server/connection.hpp"

#include <utility>

namespace limn {

namespace {

constexpr bool has_no_body(int status)
{
  return status < 200 || status == 204 || status == 304;
}

} // namespace

Connection::Exchange* Connection::exchange(std::uint64_t request)
{
  const bool is_open =
    m_exchange && m_exchange->request == request && m_exchange->reply != Reply::finished;
  return is_open ? &*m_exchange : nullptr;
}

// Only a told length makes no use of the head of the request: of a refusal there may be none.
BodyFraming Connection::framing_for(const ReplyHead& head) const
{
  if (has_no_body(head.status)) {
    return BodyFraming::none;
  }
  if (head.length) {
    return BodyFraming::length;
  }
  return m_parser->speaks_1_1() ? BodyFraming::chunked : BodyFraming::until_close;
}

void Connection::begin(std::uint64_t request, const ReplyHead& head)
{
  auto* exchange = this->exchange(request);
  if (!exchange || exchange->reply != Reply::none) {
    return;
  }
  const auto framing = framing_for(head);
  if (m_then == Then::next_request
      && (framing == BodyFraming::until_close || !is_request_whole())) {
    m_then = Then::linger;
  }
  exchange->reply = Reply::begun;
  exchange->left = head.length.value_or(0);
  const bool is_head_only = m_parser && m_parser->head().method == "HEAD";
  exchange->framing = is_head_only ? BodyFraming::none : framing;
  put(std::make_shared<const std::string>(
    to_wire(head, framing, m_then == Then::next_request ? AfterReply::keep : AfterReply::close)));
}

void Connection::write(std::uint64_t request, std::shared_ptr<const std::string> piece)
{
  auto* exchange = this->exchange(request);
  if (!exchange || exchange->reply != Reply::begun || exchange->framing == BodyFraming::none
      || piece->empty()) {
    return;
  }
  if (exchange->framing == BodyFraming::length) {
    if (piece->size() > exchange->left) {
      piece = std::make_shared<const std::string>(piece->substr(0, exchange->left));
    }
    exchange->left -= piece->size();
  }
  const bool is_chunked = exchange->framing == BodyFraming::chunked;
  if (is_chunked) {
    put(std::make_shared<const std::string>(chunk_begin(piece->size())));
  }
  put(std::move(piece));
  if (is_chunked) {
    m_out.push("\r\n");
  }
}

void Connection::finish(std::uint64_t request)
{
  auto* exchange = this->exchange(request);
  if (!exchange || exchange->reply != Reply::begun) {
    return;
  }
  if (exchange->framing == BodyFraming::chunked) {
    m_out.push(last_chunk());
  } else if (exchange->framing == BodyFraming::length && exchange->left > 0) {
    m_then = Then::close;
  }
  exchange->reply = Reply::finished;
  m_has_news = true;
}

void Connection::pause(std::uint64_t request)
{
  if (auto* exchange = this->exchange(request)) {
    exchange->is_paused = true;
  }
}

// The time while it was paused was not the client's.
void Connection::resume(std::uint64_t request)
{
  auto* exchange = this->exchange(request);
  if (!exchange || !exchange->is_paused) {
    return;
  }
  exchange->is_paused = false;
  m_received = m_loop.now();
  m_has_news = true;
}

void Connection::send_raw(std::uint64_t request, std::string bytes)
{
  if (exchange(request)) {
    put(std::make_shared<const std::string>(std::move(bytes)));
  }
}

void Connection::hang_up(std::uint64_t request, HttpServer::HangUp how)
{
  if (auto* exchange = this->exchange(request)) {
    exchange->reply = Reply::finished;
    m_then = Then::close;
    if (how == HttpServer::HangUp::reset) {
      m_then = Then::reset;
      m_out.clear();
    }
    m_has_news = true;
  }
}

std::uint64_t Connection::waiting(std::uint64_t request) const
{
  return m_exchange && m_exchange->request == request ? m_out.size() : 0;
}

void Connection::put(std::shared_ptr<const std::string> bytes)
{
  if (m_out.empty()) {
    m_sent = m_loop.now();
  }
  m_out.push(std::move(bytes));
  m_has_news = true;
}

} // namespace limn
