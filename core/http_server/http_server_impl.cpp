#include "http_server/http_server_impl.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace limn {

namespace {

// What else may end than one of ours, where the kernel has no descriptor left.
constexpr std::chrono::milliseconds k_accept_pause(100);

constexpr int k_accepted_at_once = 64;

constexpr std::string_view k_too_many =
  "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n"
  "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 46\r\n\r\n"
  "there are too many connections from this peer\n";

// Bytes that were not read would have the answer overtaken by a reset.
void turn_away(int socket)
{
  std::array<char, 16U << 10U> ignored;
  static_cast<void>(::recv(socket, ignored.data(), ignored.size(), MSG_DONTWAIT));
  static_cast<void>(
    ::send(socket, k_too_many.data(), k_too_many.size(), MSG_DONTWAIT | MSG_NOSIGNAL));
}

// Nothing has come that was not read yet.
bool is_silent(int socket)
{
  char next = 0;
  return ::recv(socket, &next, 1, MSG_PEEK | MSG_DONTWAIT) <= 0;
}

} // namespace

HttpServer::Impl::Impl(Loop& a_loop, ServerOptions some_options, OnRequest an_on_request)
  : loop(a_loop), options(std::move(some_options)), on_request(std::move(an_on_request)),
    places(options.max_connections_of_peer, options.counted_peers)
{
}

void HttpServer::Impl::listen(std::vector<Listener> listeners)
{
  port = listeners.front().port;
  for (auto& listener : listeners) {
    const int socket = listener.socket.number();
    accepting.push_back({std::move(listener), {}});
    accepting.back().watch =
      loop.watch(socket, Events::readable, [this, socket](Events) { accept(socket); });
  }
}

void HttpServer::Impl::stop_listening()
{
  accept_again.cancel();
  accepting.clear();
  for (auto& [number, served] : connections) {
    served->connection.retire();
    list(number, *served);
  }
}

// Some at a time, as long as there are places: each turn of a busy loop may be long. Of the first
// it is known that it waits, so that an idle one may be ended for it; that there is no descriptor
// is told of one that does not wait, too.
void HttpServer::Impl::accept(int listener)
{
  if (connections.size() >= options.max_connections && !end_idle(nullptr)) {
    set_accepting(Events::none); // until one ends or is idle
    return;
  }
  auto taken = accept_one(listener);
  if (taken == Taken::no_descriptor && !end_idle(nullptr)) {
    pause_accepting();
  }
  for (int i = 1; i < k_accepted_at_once && taken == Taken::one
                  && connections.size() < options.max_connections;
       ++i) {
    taken = accept_one(listener);
  }
}

HttpServer::Impl::Taken HttpServer::Impl::accept_one(int listener)
{
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  Descriptor socket(::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size,
                              SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) {
    const auto client = client_of(socket.number(), address);
    add(std::move(socket), client);
    return Taken::one;
  }
  return errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM
           ? Taken::no_descriptor
           : Taken::none; // or it ended before it was taken
}

void HttpServer::Impl::set_accepting(Events events)
{
  const bool is_on = events != Events::none;
  if (std::exchange(is_accepting, is_on) != is_on) {
    for (auto& one : accepting) {
      one.watch.change(events);
    }
  }
}

void HttpServer::Impl::pause_accepting()
{
  set_accepting(Events::none);
  accept_again = loop.after(k_accept_pause, [this] { set_accepting(Events::readable); });
}

// Of that peer, or of any. One whose next request has come already is not idle: it only was not
// heard yet. False: there is none.
bool HttpServer::Impl::end_idle(const std::string* peer)
{
  const auto idle = std::find_if(connections.begin(), connections.end(), [&](const auto& one) {
    const auto& served = *one.second;
    return (!peer || served.peer == *peer) && served.connection.is_idle()
           && is_silent(served.socket.number());
  });
  if (idle == connections.end()) {
    return false;
  }
  end(idle);
  return true;
}

void HttpServer::Impl::end(Connections::iterator which)
{
  places.give_back(which->second->peer);
  connections.erase(which);
}

void HttpServer::Impl::add(Descriptor socket, Client client)
{
  auto peer = places.peer_of(client);
  if (!places.has_room(peer) && !end_idle(&peer)) {
    turn_away(socket.number());
    return;
  }
  places.take(peer);
  const int yes = 1;
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const auto number = ++last_number;
  const int descriptor = socket.number();
  std::unique_ptr<Served> served(
    new Served{std::move(socket),
               std::move(client),
               std::move(peer),
               Connection(loop, options, on_request, number, descriptor),
               {},
               {},
               {}});
  served->watch = loop.watch(descriptor, Events::readable,
                             [this, number](Events events) { on_ready(number, events); });
  arm(number, *served);
  connections.emplace(number, std::move(served));
}

void HttpServer::Impl::on_ready(std::uint64_t number, Events events)
{
  connections.at(number)->connection.on_ready(events);
  settle(number);
}

void HttpServer::Impl::on_time(std::uint64_t number)
{
  auto& served = *connections.at(number);
  served.timer_time.reset();
  const auto deadline = served.connection.deadline();
  if (deadline && *deadline <= loop.now()) {
    served.connection.on_time();
  }
  settle(number);
}

// Those that have more to do by then come behind the others, after what descriptors have to tell.
void HttpServer::Impl::tell_news()
{
  for (const auto number : std::exchange(with_news, {})) {
    if (const auto found = connections.find(number); found != connections.end()) {
      found->second->is_listed = false;
      on_ready(number, Events::none);
    }
  }
}

void HttpServer::Impl::settle(std::uint64_t number)
{
  const auto found = connections.find(number);
  auto& served = *found->second;
  if (served.connection.is_over()) {
    end(found);
    set_accepting(Events::readable);
    return;
  }
  if (served.connection.is_idle()) {
    set_accepting(Events::readable);
  }
  served.watch.change(served.connection.wants());
  list(number, served);
  arm(number, served);
}

void HttpServer::Impl::list(std::uint64_t number, Served& served)
{
  if (!served.connection.has_news() || std::exchange(served.is_listed, true)) {
    return;
  }
  with_news.push_back(number);
  if (with_news.size() == 1) {
    news = loop.after({}, [this] { tell_news(); });
  }
}

// A timer that comes too early is cheaper than one that moves with every byte.
void HttpServer::Impl::arm(std::uint64_t number, Served& served)
{
  const auto deadline = served.connection.deadline();
  if (deadline && (!served.timer_time || *deadline < *served.timer_time)) {
    served.timer_time = deadline;
    served.timer = loop.after(*deadline - loop.now(), [this, number] { on_time(number); });
  }
}

} // namespace limn
