#pragma once

#include "http_server/http_server.hpp"
#include "http_server/request_parser.hpp"
#include "http_server/send_queue.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// One connection of a server: its bytes, and the exchange under way. It watches nothing itself:
// who owns it tells it what happened, and asks then what to watch for and until when.
class Connection
{
public:
  // All are borrowed and outlive it. `number` is the connection's in ExchangeId. The socket does
  // not block.
  Connection(const Loop& loop, const ServerOptions& options,
             const HttpServer::OnRequest& on_request, std::uint64_t number, int socket);
  Connection(const Connection&) = delete; // the parser of its request holds its address
  Connection& operator=(const Connection&) = delete;

  // Calls receivers.
  void on_ready(Events events);
  void on_time(); // `deadline` has passed

  // The exchange under way, or about to be, is the last one.
  void retire();

  bool is_over() const { return m_state == State::over; } // the socket may be closed
  bool is_idle() const
  {
    return m_state == State::serving && !m_exchange && !m_parser && m_in.empty();
  }
  // There is something to do for which no descriptor has to become ready: on_ready is to be called
  // soon, with Events::none. Not told from within such a call.
  bool has_news() const { return m_has_news && !m_is_working; }
  Events wants() const;
  std::optional<Loop::Clock::time_point> deadline() const;

  // As those of HttpServer. They call nobody.
  void begin(std::uint64_t request, const ReplyHead& head);
  void write(std::uint64_t request, std::shared_ptr<const std::string> piece);
  void finish(std::uint64_t request);
  void pause(std::uint64_t request);
  void resume(std::uint64_t request);
  void send_raw(std::uint64_t request, std::string bytes);
  void hang_up(std::uint64_t request, HttpServer::HangUp how);
  std::uint64_t waiting(std::uint64_t request) const;

private:
  enum class State {
    serving,
    lingering, // the last answer is sent, and what the client still says is dropped
    over,
  };
  enum class Reply { none, begun, finished };
  enum class Then { next_request, linger, close, reset };

  struct Exchange {
    std::uint64_t request = 0; // 0: the server answers by itself
    std::unique_ptr<RequestReceiver> receiver;
    bool is_received = false; // the receiver heard so
    bool is_paused = false;   // the receiver wants to hear no more for now
    Reply reply = Reply::none;
    BodyFraming framing = BodyFraming::none;
    std::uint64_t left = 0; // of a told length
  };
  struct Period { // how long the connection may stay as it is, and since when it is so
    Loop::Clock::time_point since;
    std::chrono::milliseconds time;
  };

  bool reads() const;
  void receive();
  void discard();

  // Does what can be done, a step at a time; a step tells whether there was anything to do.
  void work();
  bool send();
  bool read_head();
  bool read_body();
  bool end_exchange();

  void begin_exchange();
  void refuse(const RequestFault& fault);
  void lose_client();
  void close_exchange(ExchangeEnd end);
  void put(std::shared_ptr<const std::string> bytes);
  BodyFraming framing_for(const ReplyHead& head) const;
  Exchange* exchange(std::uint64_t request);
  bool is_request_whole() const { return m_parser && m_parser->is_whole(); }
  std::optional<Period> period() const;

  const Loop& m_loop;
  const ServerOptions& m_options;
  const HttpServer::OnRequest& m_on_request;
  const std::uint64_t m_number;
  const int m_socket;

  State m_state = State::serving;
  std::string m_in; // received, and not taken yet
  SendQueue m_out;
  std::optional<RequestParser> m_parser; // of the request under way
  std::optional<Exchange> m_exchange;
  std::uint64_t m_last_request = 0;
  Then m_then = Then::next_request;
  bool m_is_last = false;  // no exchange comes behind the one under way
  bool m_has_news = false; // something was said outside of work(), or a turn was over
  bool m_is_working = false;
  std::size_t m_done = 0;      // in this turn
  bool m_client_ended = false; // it sends no more than what is in the socket
  bool m_saw_end = false;      // and all of that is received
  bool m_is_broken = false;
  Loop::Clock::time_point m_since;    // as it is: idle, within a head, lingering
  Loop::Clock::time_point m_received; // the last byte of an exchange
  Loop::Clock::time_point m_sent;     // likewise; or nothing was to be sent
};

} // namespace limn
