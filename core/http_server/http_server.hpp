#pragma once

#include "base/result.hpp"
#include "http_server/client.hpp"
#include "http_server/reply_head.hpp"
#include "http_server/request_head.hpp"
#include "loop/loop.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace limn {

struct ServerOptions {
  // Where it listens: all of these, and at least one. Addresses are in numbers, of either family
  // ("::" alone is IPv4, too), and have one port in common, 0: any that is free on all of them.
  std::vector<std::string> addresses = {"127.0.0.1"};
  std::vector<std::string> addresses_if_there; // left out where this machine has none such: "::1"
  std::uint16_t port = 0;
  // A unix socket that its user alone may use (0600); empty: none. What a server that is gone left
  // there is replaced; where one lives it is an error. Removed with the server.
  std::filesystem::path socket_file;
  // Sockets that listen already, as systemd hands them over (http_server/handed_over.hpp). The
  // server owns each from when it takes it; after a failure of listen() those that it did not come
  // to are the caller's still.
  std::vector<int> descriptors;

  // Each costs a descriptor (base/descriptor_limit.hpp). Those beyond it wait until one ends; a
  // kept one that is idle makes room, and does so too where the system has no descriptor left.
  std::size_t max_connections = 2048;
  // Of one peer (an IPv4 address, 64 bits of an IPv6 one). One of its own that is idle makes room;
  // else it is told 503, and to come again. Unix sockets have no such limit.
  std::size_t max_connections_of_peer = 256;
  PeerPlaces::Counted counted_peers = PeerPlaces::Counted::all_but_loopback;

  std::uint32_t max_head_size = 64U << 10U;
  std::uint64_t max_body_size = std::uint64_t{256} << 20U;
  std::chrono::milliseconds idle_time{75'000};     // that a connection is kept for a next request
  std::chrono::milliseconds head_time{20'000};     // for a whole head, from its first byte
  std::chrono::milliseconds progress_time{60'000}; // without a byte, while some are to come or go
};

// A request and its answer. Every connection has one at a time.
struct ExchangeId {
  std::uint64_t connection = 0;
  std::uint64_t request = 0;

  bool operator==(const ExchangeId&) const = default;
  friend bool operator<(const ExchangeId& one, const ExchangeId& other)
  {
    return std::tie(one.connection, one.request) < std::tie(other.connection, other.request);
  }
};

// How an exchange ended.
enum class ExchangeEnd {
  sent,        // the answer is with the kernel, to its last byte
  client_gone, // it closed the connection, or took nothing for too long
  refused,     // its body broke a rule or a limit, or came too slowly: the server said so
  hung_up,     // as HttpServer::hang_up was told to
};

// Whoever takes one request. The server owns it until the exchange is over, and calls it from the
// loop's thread. It may call the server, but not end it: that is for Loop::post.
class RequestReceiver
{
public:
  virtual ~RequestReceiver() = default;

  // A piece of the body, never empty, as it comes and without its transfer coding. None comes once
  // the answer is written.
  virtual void body(std::string_view piece) = 0;

  // The request is whole. Once.
  virtual void received() = 0;

  // All that was written is with the kernel, and the answer is not finished: time for more of it.
  // Whoever writes one piece at each of these has never more than that waiting, and others have
  // their turn in between however fast the client is.
  virtual void drained() {}

  // The exchange is over, and its id means nothing. Once, unless the server ends before.
  virtual void ended(ExchangeEnd) {}
};

// An HTTP/1.1 server on a loop. Requests of one connection are taken one by one, also where they
// are sent without waiting for answers. What breaks HTTP or a limit is answered here (400, 408,
// 413, 431, 501, 503) and ends the connection. A client that closes its side before the answer is
// finished went away, also if it only says no more. That is seen at once, whatever it said before
// that is not read yet (the body of a paused receiver, requests that are to come), unless that is
// more than TCP's window lets it send; of a body that is read, at the end of that. All is called
// from the loop's thread, and calls there. May end at any time but within a call of its receivers;
// they then hear nothing.
class HttpServer
{
public:
  // Called with every head that is in order, before any of the body; the answer may begin at once.
  // Never null. `Expect: 100-continue` is met unless it does.
  using OnRequest =
    std::function<std::unique_ptr<RequestReceiver>(ExchangeId, const RequestHead& head)>;

  // The loop is borrowed and outlives this. FailureClass::usage, with the place and the reason, if
  // one of those in the options cannot be listened at.
  static Result<std::unique_ptr<HttpServer>> listen(Loop& loop, ServerOptions options,
                                                    OnRequest on_request);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const; // of the first place, also once it has stopped; 0: a unix socket's

  // Where it listens, in the order of the options: "127.0.0.1:8080", "[::1]:8080", "unix:/run/x".
  std::vector<std::string> places() const;

  // For a server that is to end once what is under way is answered: nobody new is taken, the file
  // of its unix socket is gone, idle connections end, and the others behind the answer to what they
  // have begun to say. Those there still are, the idle ones and those about to close among them.
  void stop_listening();
  std::size_t connections() const;

  // At the other end of that connection, from OnRequest until the end of ended(); of an unknown
  // one: as Client(), which is nowhere.
  Client client(ExchangeId id) const;

  // An answer is a head, pieces of a body, and an end; what comes out of that order is ignored, and
  // so are unknown ids. Nothing is sent from within these calls, and they tell nobody anything.
  // Of a told length more is not sent, and less ends the connection. The pieces wait for the client
  // without a limit: RequestReceiver::drained says when, waiting() how much.
  void begin(ExchangeId id, const ReplyHead& head);
  void write(ExchangeId id, std::shared_ptr<const std::string> piece);
  void write(ExchangeId id, std::string piece);
  void finish(ExchangeId id);

  // The three in one, of that length.
  void reply(ExchangeId id, ReplyHead head, std::string body);

  // For receivers that pass a body on more slowly than it comes. A paused one hears neither body()
  // nor received(): none from the call of pause() on, which may be within OnRequest or body(),
  // until the loop goes on after resume(). What it did not hear waits, some 64 KiB of it here and
  // the rest with the client, and no time runs. It hears ended(), be it before all of the body.
  // They call nobody and do not count: one resume() ends any number of pauses.
  void pause(ExchangeId id);
  void resume(ExchangeId id);

  // Of an answer that is not with the kernel yet, in bytes with their framing.
  std::uint64_t waiting(ExchangeId id) const;

  // For tools that answer as no server should. Bytes as they are, anywhere before the end; and the
  // end of the connection: once all is sent, or at once and as of a server that was killed.
  enum class HangUp { once_sent, reset };
  void send_raw(ExchangeId id, std::string bytes);
  void hang_up(ExchangeId id, HangUp how);

private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
