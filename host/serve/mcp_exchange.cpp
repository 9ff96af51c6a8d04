#include "serve/mcp_exchange.hpp"

#include "http_server/event_text.hpp"
#include "mcp/json_rpc.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::seconds k_silence{10};

// While more than that waits for a client it is told no progress.
constexpr std::uint64_t k_most_waiting = std::uint64_t{256} << 10U;

int status_of(RpcCode code)
{
  switch (code) {
  case RpcCode::method_not_found:
    return 404;
  case RpcCode::internal_error:
    return 500;
  default:
    return 400;
  }
}

} // namespace

McpExchange::McpExchange(Loop& loop, Replies& replies, ExchangeId id, Statuses statuses)
  : m_loop(loop), m_replies(replies), m_id(id), m_statuses(statuses)
{
  m_silence = m_loop.after(k_silence, [this] {
    begin_stream();
    keep_alive();
  });
}

void McpExchange::add_header(std::string name, std::string value)
{
  m_headers.emplace_back(std::move(name), std::move(value));
}

void McpExchange::take(const McpMessage& message)
{
  const bool is_answer = message.kind == McpMessage::Kind::answer;
  const bool is_left_out =
    message.kind == McpMessage::Kind::notification && m_replies.waiting(m_id) > k_most_waiting;
  if (m_state == State::ended || is_left_out) {
    return;
  }
  if (is_answer && m_state == State::waiting) {
    answer(message);
    return;
  }
  begin_stream();
  m_replies.write(m_id, event_text("message", message.text));
}

void McpExchange::answer(const McpMessage& message)
{
  m_state = State::ended;
  m_silence.cancel();
  ReplyHead head;
  if (message.error) {
    m_headers.clear(); // what it was to begin was not begun
  }
  if (message.error && m_statuses == Statuses::of_errors) {
    head.status = status_of(static_cast<RpcCode>(*message.error));
  }
  head.headers = {{"content-type", "application/json"}, {"cache-control", "no-store"}};
  std::ranges::move(std::exchange(m_headers, {}), std::back_inserter(head.headers));
  m_replies.whole(m_id, std::move(head), message.text);
}

void McpExchange::end()
{
  if (m_state == State::streaming) {
    m_replies.finish(m_id);
  } else if (m_state == State::waiting) {
    m_replies.whole(m_id, {202, std::move(m_headers), {}}, "");
  }
  m_state = State::ended;
  m_silence.cancel();
}

void McpExchange::give_up(const std::string& error)
{
  if (m_state == State::waiting) {
    m_replies.whole(m_id, {404, {{"content-type", "application/json"}}, {}}, error);
    m_state = State::ended;
  }
  end();
}

void McpExchange::begin_stream()
{
  if (m_state != State::waiting) {
    return;
  }
  m_state = State::streaming;
  ReplyHead head{200,
                 {{"content-type", "text/event-stream"},
                  {"cache-control", "no-store"},
                  {"x-accel-buffering", "no"}},
                 {}};
  std::ranges::move(std::exchange(m_headers, {}), std::back_inserter(head.headers));
  m_replies.begin(m_id, std::move(head));
}

void McpExchange::keep_alive()
{
  if (m_replies.waiting(m_id) == 0) {
    m_replies.write(m_id, ": limn\n\n");
  }
  m_silence = m_loop.after(k_silence, [this] { keep_alive(); });
}

} // namespace limn
