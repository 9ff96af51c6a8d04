#include "serve/replies.hpp"

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::uint64_t k_sent_ahead = 256U << 10U; // of what a client has not taken yet

void append(HeaderList& headers, HeaderList more)
{
  std::ranges::move(more, std::back_inserter(headers));
}

} // namespace

Replies::Replies(Loop& loop, HttpServer& http, const Redactor& redactor)
  : m_http(http), m_redactor(redactor), m_disk(loop)
{
}

void Replies::open(ExchangeId id, HeaderList shared)
{
  m_open[id] = {std::move(shared), 0};
}

Replies::Open* Replies::find(ExchangeId id)
{
  const auto found = m_open.find(id);
  return found == m_open.end() ? nullptr : &found->second;
}

int Replies::status(ExchangeId id) const
{
  const auto found = m_open.find(id);
  return found == m_open.end() ? 0 : found->second.status;
}

void Replies::error(ExchangeId id, const ErrorReply& error, HeaderList more)
{
  ReplyHead head{error.status, headers_of(error), {}};
  append(head.headers, std::move(more));
  whole(id, std::move(head), m_redactor.redact_json(to_json(error)) + "\n");
}

void Replies::json(ExchangeId id, const std::string& json, HeaderList more, int status)
{
  ReplyHead head{status, {{"content-type", "application/json"}}, {}};
  append(head.headers, std::move(more));
  whole(id, std::move(head), m_redactor.redact_json(json) + "\n");
}

void Replies::whole(ExchangeId id, ReplyHead head, std::string body)
{
  if (auto* const open = find(id)) {
    open->status = head.status;
    append(head.headers, open->shared);
    m_http.reply(id, std::move(head), std::move(body));
  }
}

void Replies::begin(ExchangeId id, ReplyHead head)
{
  if (auto* const open = find(id)) {
    open->status = head.status;
    append(head.headers, open->shared);
    m_http.begin(id, head);
  }
}

void Replies::write(ExchangeId id, std::string piece)
{
  m_http.write(id, std::move(piece));
}

void Replies::finish(ExchangeId id)
{
  m_http.finish(id);
}

void Replies::body(ExchangeId id, std::shared_ptr<BodySource> body, HeaderList more)
{
  if (find(id) != nullptr) {
    begin(id, {200, std::move(more), body->size()});
    send(id, std::move(body));
    finish_behind(id);
  }
}

void Replies::send(ExchangeId id, std::shared_ptr<BodySource> body)
{
  if (find(id) == nullptr) {
    return;
  }
  auto& sending = m_sending[id];
  if (sending.bodies.empty()) {
    sending.left = body->size();
  }
  sending.bodies.push_back(std::move(body));
  send_more(id);
}

void Replies::finish_behind(ExchangeId id)
{
  const auto found = m_sending.find(id);
  if (found == m_sending.end()) {
    m_http.finish(id);
  } else {
    found->second.is_last = true;
  }
}

// Reads ahead a little, in the disk's thread; goes on as the client takes it.
void Replies::send_more(ExchangeId id)
{
  const auto found = m_sending.find(id);
  if (found == m_sending.end() || found->second.is_reading || m_http.waiting(id) > k_sent_ahead) {
    return;
  }
  found->second.is_reading = true;
  m_disk.run([reads = found->second.bodies.front()] { return reads->next(); },
             [this, id](std::string piece) { sent(id, std::move(piece)); });
}

void Replies::sent(ExchangeId id, std::string piece)
{
  const auto found = m_sending.find(id);
  if (found == m_sending.end()) {
    return;
  }
  auto& [bodies, left, is_reading, is_last] = found->second;
  is_reading = false;
  left -= std::min<std::uint64_t>(left, piece.size());
  if (piece.empty() && left > 0) { // also where nothing tells a client how much there should be
    m_sending.erase(found);
    m_http.hang_up(id, HttpServer::HangUp::once_sent);
    return;
  }
  m_http.write(id, std::move(piece));
  if (left == 0) {
    bodies.pop_front();
  }
  if (!bodies.empty()) {
    left = left == 0 ? bodies.front()->size() : left;
    send_more(id);
    return;
  }
  const bool is_over = is_last;
  m_sending.erase(found);
  if (is_over) { // at once: whoever has all of it may ask for the next one
    m_http.finish(id);
  }
}

void Replies::ended(ExchangeId id)
{
  m_sending.erase(id);
  m_open.erase(id);
}

} // namespace limn
