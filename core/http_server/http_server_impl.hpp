#pragma once

#include "base/descriptor.hpp"
#include "http_server/connection.hpp"
#include "http_server/http_server.hpp"
#include "http_server/listener.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// The connections of a server: takes them, watches them, and ends them.
struct HttpServer::Impl {
  // In this order: the watch ends before the socket is closed.
  struct Served {
    Descriptor socket;
    Client client;
    std::string peer; // in `places`
    Connection connection;
    Watch watch;
    Timer timer;
    std::optional<Loop::Clock::time_point> timer_time;
    bool is_listed = false; // in `with_news`
  };
  struct Accepting {
    Listener listener;
    Watch watch;
  };
  enum class Taken { one, none, no_descriptor };
  using Connections = std::map<std::uint64_t, std::unique_ptr<Served>>; // the oldest first

  Impl(Loop& a_loop, ServerOptions some_options, OnRequest an_on_request);

  Loop& loop;
  const ServerOptions options;
  const OnRequest on_request;
  PeerPlaces places;
  std::vector<Accepting> accepting;
  std::uint16_t port = 0;
  bool is_accepting = true;
  Timer accept_again;
  std::uint64_t last_number = 0;
  Connections connections;
  std::vector<std::uint64_t> with_news; // connections; each once
  Timer news;

  void listen(std::vector<Listener> listeners);
  void stop_listening();
  void accept(int listener);
  Taken accept_one(int listener);
  void set_accepting(Events events);
  void pause_accepting();
  bool end_idle(const std::string* peer);
  void end(Connections::iterator which);
  void add(Descriptor socket, Client client);
  void on_ready(std::uint64_t number, Events events);
  void on_time(std::uint64_t number);
  void tell_news();
  void settle(std::uint64_t number);
  void list(std::uint64_t number, Served& served);
  void arm(std::uint64_t number, Served& served);

  // Calls it with the connection of that exchange, if there is one.
  template <typename Say>
  void say(ExchangeId id, Say&& say)
  {
    if (const auto found = connections.find(id.connection); found != connections.end()) {
      auto& served = *found->second;
      say(served.connection);
      // Nothing ends or is sent here: it may be said from within a call of this connection.
      list(id.connection, served);
      arm(id.connection, served);
    }
  }
};

} // namespace limn
