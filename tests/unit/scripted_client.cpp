#include "scripted_client.hpp"

#include "http/address.hpp"
#include "http/body_reader.hpp"

#include <algorithm>
#include <utility>

namespace limn::test {

using std::chrono::milliseconds;

namespace {

constexpr std::chrono::seconds k_longest_idle{3}; // of a connection that a body is sent to

const TransferFailure k_cut{TransferFailure::Kind::cut, "the answer is cut, or no HTTP", {}, true};

std::string bytes_of(BodyReader& reader)
{
  std::string bytes(static_cast<std::size_t>(reader.size()), '\0');
  const auto count = reader.read(bytes);
  bytes.resize(count.value_or(0));
  return bytes;
}

} // namespace

struct ScriptedClient::Exchange {
  TransferId id = 0;
  HttpRequest request;
  ResponseReceiver* receiver = nullptr; // null once dropped
  Url url;
  std::string body;
  bool is_once = false;
  bool wants_fresh = false; // connection
  bool is_reused = false;   // its connection
  bool was_sent = false;
  bool is_calling = false; // the receiver
  Reply reply;
  std::size_t said = 0; // bytes of it
  std::optional<WireReader> reader;
  Timer deadline;
  Timer connect_deadline;
  Timer next; // thing to happen
};

ScriptedClient::ScriptedClient(Loop& loop, Script script, Limits limits)
  : m_loop(loop), m_script(std::move(script)), m_limits(std::move(limits))
{
}

ScriptedClient::~ScriptedClient() = default;

HttpClient::TransferId ScriptedClient::start(HttpRequest request, ResponseReceiver& receiver)
{
  const auto id = ++m_last_id;
  auto& exchange = *m_exchanges.emplace(id, std::make_unique<Exchange>()).first->second;
  exchange.id = id;
  exchange.receiver = &receiver;
  exchange.request = std::move(request);
  auto& asked = exchange.request;
  auto url = parse_url(asked.url);
  if (!url) {
    fail_soon(exchange, Kind::refused, url.error().message);
    return id;
  }
  exchange.url = std::move(*url);
  if (auto why = refusal(asked, exchange.url)) {
    fail_soon(exchange, Kind::refused, std::move(*why));
    return id;
  }
  if (!asked.body.empty()) {
    auto opened = BodyReader::open(std::move(asked.body));
    if (!opened) {
      fail_soon(exchange, Kind::refused, opened.error().message);
      return id;
    }
    exchange.body = bytes_of(*opened);
  }
  exchange.is_once =
    asked.sending == Sending::once || asked.method != "GET" || !exchange.body.empty();
  exchange.wants_fresh =
    asked.addresses != Addresses::any || (exchange.is_once && exchange.body.empty());
  exchange.deadline = m_loop.after(asked.timeout, [this, &exchange] { time_is_up(exchange); });
  exchange.next = m_loop.after(milliseconds(0), [this, &exchange] { connect(exchange); });
  return id;
}

void ScriptedClient::time_is_up(Exchange& exchange)
{
  if (!exchange.was_sent) {
    end(exchange, TransferFailure{Kind::unreachable, "no connection in time", {}, false});
    return;
  }
  read(exchange, [&] { return exchange.reader->end(WireReader::End::broken); },
       {Kind::timed_out, "no whole answer in time", {}, true});
}

// Why it may not be sent.
std::optional<std::string> ScriptedClient::refusal(const HttpRequest& request, const Url& url) const
{
  if (url.scheme == "http" && !is_loopback(url) && request.plaintext != Plaintext::allowed) {
    return "plain http to " + url.host + " is refused";
  }
  const bool is_known = request.addresses == Addresses::public_or_known
                        && (m_known_hosts.contains(url.host) || is_loopback_host(url.host));
  if (request.addresses != Addresses::any && is_special_host(url.host) && !is_known) {
    return url.host + " is not on the public internet";
  }
  return std::nullopt;
}

void ScriptedClient::connect(Exchange& exchange)
{
  const auto [begin, end] = m_kept.equal_range(exchange.url.origin());
  const auto kept = std::find_if(begin, end, [&](const auto& one) {
    return exchange.body.empty() || m_loop.now() - one.second < k_longest_idle;
  });
  exchange.is_reused = !exchange.wants_fresh && kept != end;
  if (exchange.is_reused) {
    m_kept.erase(kept);
    send(exchange);
    return;
  }
  const auto opening = m_script.opening(exchange.id, exchange.url);
  exchange.connect_deadline = m_loop.after(m_limits.connect_timeout, [this, &exchange] {
    this->end(exchange, TransferFailure{Kind::unreachable, "no connection in time", {}, false});
  });
  if (opening.how == Opening::How::never_made) {
    return;
  }
  exchange.next =
    m_loop.after(opening.delay, [this, &exchange, opening] { connected(exchange, opening); });
}

void ScriptedClient::connected(Exchange& exchange, const Opening& opening)
{
  exchange.connect_deadline.cancel();
  switch (opening.how) {
  case Opening::How::refused:
  case Opening::How::never_made:
    end(exchange, TransferFailure{Kind::unreachable, "the connection was refused", {}, false});
    return;
  case Opening::How::not_safe:
    end(exchange, TransferFailure{Kind::tls, "no safe connection", {}, false});
    return;
  case Opening::How::speaks_first:
    end(exchange, TransferFailure{Kind::unreachable, "it spoke before it was asked", {}, false});
    return;
  case Opening::How::breaks:
    exchange.was_sent = true;
    if (m_script.broken) {
      m_script.broken(exchange.id);
    }
    end(exchange, TransferFailure{Kind::cut, "the connection broke", {}, true});
    return;
  case Opening::How::made:
    break;
  }
  send(exchange);
}

void ScriptedClient::send(Exchange& exchange)
{
  if (exchange.request.addresses == Addresses::any) {
    m_known_hosts.insert(exchange.url.host);
  }
  exchange.was_sent = true;
  exchange.said = 0;
  exchange.reader.emplace(*exchange.receiver, m_limits,
                          exchange.request.body_limit == BodyLimit::max_models_size
                            ? m_limits.max_models_size
                            : m_limits.max_body_size);
  exchange.reply =
    m_script.reply({exchange.id, exchange.request.method, exchange.url, exchange.body});
  exchange.next = m_loop.after(exchange.reply.delay, [this, &exchange] { say_next(exchange); });
}

// The next piece of the answer, or what comes behind the last one.
void ScriptedClient::say_next(Exchange& exchange)
{
  const auto& reply = exchange.reply;
  const std::string_view bytes(reply.bytes);
  if (exchange.said == bytes.size()) {
    switch (reply.after) {
    case Reply::After::keep:
    case Reply::After::never_ends:
      return; // until the deadline
    case Reply::After::close:
      connection_ends(exchange, WireReader::End::orderly);
      return;
    case Reply::After::reset:
      connection_ends(exchange, WireReader::End::broken);
      return;
    }
  }
  const auto piece = bytes.substr(exchange.said, reply.piece == 0 ? bytes.size() : reply.piece);
  exchange.said += piece.size();
  const bool was_last = exchange.said == bytes.size();
  exchange.next = m_loop.after(was_last ? milliseconds(0) : reply.pause,
                               [this, &exchange] { say_next(exchange); });
  read(
    exchange,
    [&] {
      const auto state = exchange.reader->feed(piece);
      if (m_script.told && exchange.receiver != nullptr) {
        m_script.told(exchange.id, was_last);
      }
      return state;
    },
    k_cut);
}

void ScriptedClient::connection_ends(Exchange& exchange, WireReader::End how)
{
  // It may have died before it had the request.
  if (exchange.is_reused && !exchange.reader->has_begun() && !exchange.is_once) {
    connect(exchange);
    return;
  }
  read(
    exchange, [&] { return exchange.reader->end(how); }, k_cut);
}

// `cut`: what it means if the answer is not whole.
void ScriptedClient::read(Exchange& exchange, const std::function<WireReader::State()>& step,
                          const TransferFailure& cut)
{
  using State = WireReader::State;
  exchange.is_calling = true;
  const auto state = step();
  exchange.is_calling = false;
  if (exchange.receiver == nullptr) { // dropped meanwhile
    m_exchanges.erase(exchange.id);
    return;
  }
  switch (state) {
  case State::more:
    return;
  case State::whole:
    if (exchange.reader->may_be_kept() && exchange.reply.after == Reply::After::keep) {
      m_kept.emplace(exchange.url.origin(), m_loop.now());
    }
    end(exchange, std::nullopt);
    return;
  case State::cut:
    end(exchange, cut);
    return;
  case State::bad_coding:
    end(exchange, k_cut);
    return;
  case State::header_limit:
  case State::body_limit:
    end(exchange, TransferFailure{Kind::limit, "the answer is larger than a limit", {}, true});
    return;
  case State::unwanted:
    end(exchange, TransferFailure{Kind::cancelled, "the transfer was stopped", {}, true});
    return;
  }
}

void ScriptedClient::fail_soon(Exchange& exchange, Kind kind, std::string message)
{
  exchange.next =
    m_loop.after(milliseconds(0),
                 [this, &exchange, failure = TransferFailure{kind, std::move(message), {}, false}] {
                   end(exchange, failure);
                 });
}

void ScriptedClient::end(Exchange& exchange, std::optional<TransferFailure> failure)
{
  const auto ended = std::move(m_exchanges.extract(exchange.id).mapped());
  ended->receiver->finished(failure); // may destroy this object
}

void ScriptedClient::drop(TransferId id)
{
  const auto found = m_exchanges.find(id);
  if (found == m_exchanges.end()) {
    return;
  }
  auto& exchange = *found->second;
  if (exchange.is_calling) {
    exchange.receiver = nullptr;
    exchange.reader->forget_receiver();
    return;
  }
  m_exchanges.erase(found);
}

bool ScriptedClient::may_have_been_sent(TransferId id) const
{
  const auto found = m_exchanges.find(id);
  return found != m_exchanges.end() && found->second->was_sent;
}

} // namespace limn::test
