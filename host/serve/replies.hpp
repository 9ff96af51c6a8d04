#pragma once

#include "base/redaction.hpp"
#include "http_server/http_server.hpp"
#include "loop/disk_thread.hpp"
#include "serve/error_reply.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>

namespace limn {

// A body that is made while it is sent.
class BodySource
{
public:
  virtual ~BodySource() = default;

  virtual std::uint64_t size() const = 0; // bytes

  // The next piece of it; empty at its end, and where no more of it can be had: whoever reads it
  // sees that it is cut. From any thread, one call at a time.
  virtual std::string next() = 0;
};

// What a server says, to each with the headers that all answers to it have. Texts pass the
// redactor here; what is streamed and what comes from a BodySource did so before. Of an exchange
// that is over nothing is said.
class Replies
{
public:
  // All of it is borrowed, and outlives this.
  Replies(Loop& loop, HttpServer& http, const Redactor& redactor);

  // Something is asked; `shared` goes with whatever is answered.
  void open(ExchangeId id, HeaderList shared);

  // Until ended().
  bool is_open(ExchangeId id) const { return m_open.contains(id); }
  bool is_begun(ExchangeId id) const { return status(id) != 0; }
  int status(ExchangeId id) const; // of the answer; 0: it is not begun, or not open
  std::size_t open_count() const { return m_open.size(); }

  void error(ExchangeId id, const ErrorReply& error, HeaderList more = {});
  void json(ExchangeId id, const std::string& json, HeaderList more = {}, int status = 200);
  void body(ExchangeId id, std::shared_ptr<BodySource> body, HeaderList more);

  // Whole: a head, and bytes that tell nothing of this machine.
  void whole(ExchangeId id, ReplyHead head, std::string body);

  // Piece by piece, as HttpServer says; the redactor is the caller's.
  void begin(ExchangeId id, ReplyHead head);
  void write(ExchangeId id, std::string piece);
  void finish(ExchangeId id);

  // The same with what is made while it is sent: each body behind those before it, and the end
  // behind all of them. A cut one cuts the connection, too. Not together with write() and finish().
  void send(ExchangeId id, std::shared_ptr<BodySource> body);
  void finish_behind(ExchangeId id);
  bool is_sending(ExchangeId id) const { return m_sending.contains(id); }
  std::uint64_t waiting(ExchangeId id) const { return m_http.waiting(id); }

  // What was begun cannot be ended: its client sees that.
  void cut(ExchangeId id) { m_http.hang_up(id, HttpServer::HangUp::reset); }

  // Of the request's body, as HttpServer says.
  void pause(ExchangeId id) { m_http.pause(id); }
  void resume(ExchangeId id) { m_http.resume(id); }

  void drained(ExchangeId id) { send_more(id); }
  void ended(ExchangeId id);

private:
  struct Open {
    HeaderList shared;
    int status = 0;
  };
  struct Sending {
    std::deque<std::shared_ptr<BodySource>> bodies; // the first one is being sent
    std::uint64_t left = 0;                         // bytes of it
    bool is_reading = false;
    bool is_last = false; // nothing is sent behind them
  };

  Open* find(ExchangeId id);
  void send_more(ExchangeId id);
  void sent(ExchangeId id, std::string piece);

  HttpServer& m_http;
  const Redactor& m_redactor;
  std::map<ExchangeId, Open> m_open;
  std::map<ExchangeId, Sending> m_sending;
  DiskThread m_disk; // reads bodies; the first to end
};

} // namespace limn
