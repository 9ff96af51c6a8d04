#pragma once

#include "http/http_client.hpp"
#include "http/url.hpp"
#include "model/limits.hpp"
#include "reply.hpp"
#include "wire_reader.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace limn::test {

// A connection that a client wants to open.
struct Opening {
  enum class How {
    made,
    refused,
    never_made,   // nobody answers
    not_safe,     // TLS fails
    speaks_first, // before it is asked
    breaks,       // while the first request is sent: it may have been read
  };

  How how = How::made;
  std::chrono::milliseconds delay{0};
};

// A request that a server has read as a whole.
struct SeenRequest {
  HttpClient::TransferId transfer;
  std::string_view method;
  const Url& url;
  std::string_view body;
};

// An HttpClient without a wire: a script says how connections begin and what servers answer, byte
// for byte, at times of the loop. What a receiver is told of that is what Transport would tell it
// (scripted_client_test.cpp holds both to each other): a POST goes out once, a GET on a kept
// connection that dies without a byte once more, an answer is read as HTTP/1 is. No HTTP/2, no
// proxies; names are those of public hosts.
class ScriptedClient : public HttpClient
{
public:
  // All are called from the loop. `opening` for each connection, `reply` for each request that a
  // server has read.
  struct Script {
    std::function<Opening(TransferId transfer, const Url& url)> opening;
    std::function<Reply(const SeenRequest& request)> reply;
    // May be empty: a connection broke while this request was sent.
    std::function<void(TransferId transfer)> broken;
    // May be empty: a piece of the answer was heard by a receiver that is still there; all of it.
    std::function<void(TransferId transfer, bool is_over)> told;
  };

  // The loop is borrowed.
  ScriptedClient(Loop& loop, Script script, Limits limits = {});
  ~ScriptedClient() override;

  Loop& loop() const override { return m_loop; }
  TransferId start(HttpRequest request, ResponseReceiver& receiver) override;
  void drop(TransferId id) override;
  bool may_have_been_sent(TransferId id) const override;

  // How many are under way.
  std::size_t transfers() const { return m_exchanges.size(); }

protected:
  // Of the transfer that is begun next.
  TransferId next_id() const { return m_last_id + 1; }

private:
  struct Exchange;
  using Kind = TransferFailure::Kind;

  std::optional<std::string> refusal(const HttpRequest& request, const Url& url) const;
  void connect(Exchange& exchange);
  void connected(Exchange& exchange, const Opening& opening);
  void send(Exchange& exchange);
  void say_next(Exchange& exchange);
  void connection_ends(Exchange& exchange, WireReader::End how);
  void time_is_up(Exchange& exchange);
  void read(Exchange& exchange, const std::function<WireReader::State()>& step,
            const TransferFailure& cut);
  void fail_soon(Exchange& exchange, Kind kind, std::string message);
  void end(Exchange& exchange, std::optional<TransferFailure> failure);

  // Kept connections of an origin, each with the time since when nothing was sent through it.
  std::multimap<std::string, Loop::Clock::time_point> m_kept;
  std::set<std::string> m_known_hosts; // that were asked without a restriction
  Loop& m_loop;
  Script m_script;
  Limits m_limits;
  TransferId m_last_id = 0;
  std::map<TransferId, std::unique_ptr<Exchange>> m_exchanges;
};

} // namespace limn::test
