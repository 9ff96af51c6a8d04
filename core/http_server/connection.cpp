#include "http_server/connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_read_size = 64U << 10U;

// What a connection does before others have their turn, in bytes that it sends. What it does
// otherwise costs at least so much, too.
constexpr std::size_t k_turn = 1U << 20U;
constexpr std::size_t k_step = 16U << 10U;

// For the client to read the last answer: bytes that come to a closed socket are answered with a
// reset, which would overtake it. While more of a refused body comes it is not read.
constexpr std::chrono::seconds k_linger_time(2);
constexpr std::chrono::seconds k_longest_linger(30);

} // namespace

Connection::Connection(const Loop& loop, const ServerOptions& options,
                       const HttpServer::OnRequest& on_request, std::uint64_t number, int socket)
  : m_loop(loop), m_options(options), m_on_request(on_request), m_number(number), m_socket(socket),
    m_since(loop.now())
{
}

void Connection::on_ready(Events events)
{
  if (m_state == State::lingering) {
    discard();
    return;
  }
  if (reads()) {
    if (has(events, Events::readable) || m_is_last) {
      receive();
    }
  } else if (has(events, Events::ended)) {
    m_client_ended = true;
  }
  work();
}

void Connection::retire()
{
  m_is_last = true;
  if (m_exchange && m_then == Then::next_request) {
    m_then = Then::linger;
  }
  m_has_news = true;
}

void Connection::on_time()
{
  if (m_state != State::serving || (!m_exchange && !m_parser)) {
    m_state = State::over;
    return;
  }
  if (m_then == Then::reset) {
    work();
    return;
  }
  if (m_exchange && !m_out.empty()) {
    lose_client();
    return;
  }
  refuse({408, "the request did not come to its end in time"});
  work();
}

Events Connection::wants() const
{
  if (m_state == State::lingering) {
    return Events::readable;
  }
  const auto of_client =
    reads() ? Events::readable : (m_client_ended ? Events::none : Events::ended);
  return of_client | (m_out.empty() ? Events::none : Events::writable);
}

// What is nobody's yet stays in the kernel: the next request, and what a paused receiver is to
// hear. Whether the client is still there is seen all the same.
bool Connection::reads() const
{
  if (m_saw_end || m_in.size() >= m_options.max_head_size + k_read_size) {
    return false;
  }
  return !m_exchange
         || (m_exchange->receiver && m_exchange->reply != Reply::finished && !m_exchange->is_paused
             && !is_request_whole());
}

std::optional<Connection::Period> Connection::period() const
{
  if (m_state == State::lingering) {
    return m_received - m_since > k_longest_linger - k_linger_time
             ? Period{m_since, k_longest_linger}
             : Period{m_received, k_linger_time};
  }
  if (m_then == Then::reset) {
    return Period{m_sent, {}}; // a client that does not read does not keep it waiting
  }
  if (!m_exchange) {
    return Period{m_since, m_parser ? m_options.head_time : m_options.idle_time};
  }
  if (!m_out.empty()) {
    return Period{m_sent, m_options.progress_time};
  }
  if (!is_request_whole() && !m_exchange->is_paused) {
    return Period{m_received, m_options.progress_time};
  }
  return std::nullopt; // it is the receiver's turn
}

std::optional<Loop::Clock::time_point> Connection::deadline() const
{
  const auto period = this->period();
  return period ? std::optional(period->since + period->time) : std::nullopt;
}

void Connection::receive()
{
  std::array<char, k_read_size> bytes; // not m_in's: there are thousands of these
  const auto count = ::recv(m_socket, bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count > 0) {
    m_in.append(bytes.data(), static_cast<std::size_t>(count));
    m_received = m_loop.now();
  } else if (count == 0) {
    m_client_ended = m_saw_end = true;
  } else if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    m_is_broken = true;
  }
}

void Connection::discard()
{
  std::array<char, k_read_size> ignored;
  const auto count = ::recv(m_socket, ignored.data(), ignored.size(), MSG_DONTWAIT);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
    m_state = State::over;
  } else if (count > 0) {
    m_received = m_loop.now();
  }
}

void Connection::work()
{
  m_is_working = true;
  m_done = 0;
  while (m_state == State::serving) {
    if (m_is_broken) {
      lose_client();
    } else if (m_then == Then::reset) {
      const linger at_once{1, 0};
      ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
      m_state = State::over;
      close_exchange(ExchangeEnd::hung_up);
    } else if (m_done >= k_turn) {
      break;
    } else if (!send() && !end_exchange() && !read_head() && !read_body()) {
      break;
    }
  }
  m_is_working = false;
  // Every step that calls somebody is followed by another, unless others have their turn before.
  m_has_news = m_done >= k_turn && m_out.empty();
  // Nothing more will come. What is finished still goes out: it may have closed its side only.
  const bool is_finished = m_exchange && m_exchange->reply == Reply::finished;
  const bool is_alone = m_exchange ? m_client_ended && !is_finished : m_saw_end && !m_has_news;
  if (m_state == State::serving && is_alone) {
    lose_client();
  } else if (m_is_last && is_idle()) {
    m_state = State::over;
  }
}

bool Connection::send()
{
  if (m_out.empty()) {
    return false;
  }
  const auto before = m_out.size();
  const auto sent = m_out.send(m_socket);
  m_done += std::max<std::size_t>(k_step, before - m_out.size());
  if (m_out.size() < before) {
    m_sent = m_loop.now();
  }
  if (sent == SendQueue::Sent::failed) {
    m_is_broken = true;
    return true;
  }
  if (sent == SendQueue::Sent::some) {
    return false;
  }
  if (m_exchange->receiver && m_exchange->reply == Reply::begun) {
    m_exchange->receiver->drained();
  }
  return true;
}

bool Connection::end_exchange()
{
  if (!m_exchange || m_exchange->reply != Reply::finished || !m_out.empty()) {
    return false;
  }
  const bool is_whole = is_request_whole();
  if (m_then == Then::close) {
    m_state = State::over;
    close_exchange(ExchangeEnd::hung_up);
    return true;
  }
  if (m_then == Then::linger || !is_whole) {
    ::shutdown(m_socket, SHUT_WR);
    m_state = State::lingering;
  }
  m_parser.reset();
  if (m_in.empty()) {
    std::string().swap(m_in); // its memory, too: it may be idle for long
  }
  m_client_ended = m_saw_end;
  m_since = m_received = m_loop.now();
  close_exchange(ExchangeEnd::sent);
  return true;
}

bool Connection::read_head()
{
  if (m_exchange || m_in.empty()) {
    return false;
  }
  if (!m_parser) {
    m_since = m_loop.now();
    m_parser.emplace(m_options.max_head_size, m_options.max_body_size, [this](auto piece) {
      if (m_exchange->receiver && m_exchange->reply != Reply::finished) {
        m_exchange->receiver->body(piece);
      }
      if (m_exchange->is_paused || m_exchange->reply == Reply::finished) {
        m_parser->stop();
      }
    });
  }
  m_in.erase(0, m_parser->take(m_in));
  if (m_parser->fault()) {
    refuse(*m_parser->fault());
    return true;
  }
  if (!m_parser->has_whole_head()) {
    return false;
  }
  begin_exchange();
  return true;
}

void Connection::begin_exchange()
{
  m_done += k_step;
  m_exchange = Exchange{};
  auto& exchange = *m_exchange;
  exchange.request = ++m_last_request;
  m_received = m_loop.now();
  m_then = m_parser->keeps_alive() && !m_is_last ? Then::next_request : Then::linger;
  exchange.receiver = m_on_request({m_number, exchange.request}, m_parser->head());
  if (exchange.reply == Reply::none && m_out.empty() && !m_parser->is_whole()
      && m_parser->awaits_continue()) {
    m_out.push("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

// The answer may be finished before the request is whole: the rest of it is nobody's then.
bool Connection::read_body()
{
  if (!m_exchange || !m_exchange->receiver || m_exchange->is_received || m_exchange->is_paused
      || m_exchange->reply == Reply::finished) {
    return false;
  }
  std::size_t taken = 0;
  if (!m_parser->is_whole()) {
    taken = m_parser->take(m_in);
    m_in.erase(0, taken);
    if (m_exchange->is_paused || m_exchange->reply == Reply::finished) {
      return true; // while it heard of a piece
    }
    if (m_parser->fault()) {
      refuse(*m_parser->fault());
      return true;
    }
    if (!m_parser->is_whole() && m_in.size() >= m_options.max_head_size + k_read_size) {
      refuse({400, "a line between two chunks has no end"});
      return true;
    }
  }
  if (m_parser->is_whole()) {
    m_exchange->is_received = true;
    m_exchange->receiver->received();
    return true;
  }
  return taken > 0;
}

// Where an answer is under way already, the client can be told by its cut alone.
void Connection::refuse(const RequestFault& fault)
{
  if (m_exchange && m_exchange->reply != Reply::none) {
    m_state = State::over;
  }
  close_exchange(ExchangeEnd::refused);
  if (m_state == State::over) {
    return;
  }
  m_exchange = Exchange{};
  m_then = Then::linger;
  const auto text = fmt::format("{}\n", fault.message);
  begin(0, {fault.status, {{"content-type", "text/plain; charset=utf-8"}}, text.size()});
  write(0, std::make_shared<const std::string>(text));
  finish(0);
}

void Connection::lose_client()
{
  m_state = State::over;
  close_exchange(ExchangeEnd::client_gone);
}

void Connection::close_exchange(ExchangeEnd end)
{
  if (!m_exchange) {
    return;
  }
  const auto receiver = std::move(m_exchange->receiver);
  m_exchange.reset();
  if (receiver) {
    receiver->ended(end);
  }
}

} // namespace limn
