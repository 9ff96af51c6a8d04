#include "http_server/http_server.hpp"

#include "base/descriptor.hpp"
#include "http_server/connection.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <utility>

namespace limn {

namespace {

// What else may end than one of ours, where the kernel has no descriptor left.
constexpr std::chrono::milliseconds k_accept_pause(100);

tl::unexpected<Failure> cannot_listen(const ServerOptions& options, const char* reason)
{
  return fail(FailureClass::usage,
              fmt::format("port {} of {}: {}", options.port, options.address, reason));
}

Result<Descriptor> listening_socket(const ServerOptions& options)
{
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(options.address.c_str(), std::to_string(options.port).c_str(),
                                      &hints, &found);
      error != 0) {
    return cannot_listen(options, ::gai_strerror(error));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address(found, ::freeaddrinfo);
  Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  if (!socket || ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0
      || ::bind(socket.number(), address->ai_addr, address->ai_addrlen) != 0
      || ::listen(socket.number(), SOMAXCONN) != 0) {
    return cannot_listen(options, std::strerror(errno));
  }
  return socket;
}

std::uint16_t port_of(int socket)
{
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

} // namespace

struct HttpServer::Impl {
  // In this order: the watch ends before the socket is closed.
  struct Served {
    Descriptor socket;
    Connection connection;
    Watch watch;
    Timer timer;
    std::optional<Loop::Clock::time_point> timer_time;
  };

  Loop& loop;
  ServerOptions options;
  OnRequest on_request;
  Descriptor listener;
  Watch accepting;
  Timer accept_again;
  std::uint64_t last_number = 0;
  std::map<std::uint64_t, std::unique_ptr<Served>> connections; // the oldest first

  void accept();
  bool make_room();
  bool end_idle();
  void add(Descriptor socket);
  void on_ready(std::uint64_t number, Events events);
  void on_time(std::uint64_t number);
  void settle(std::uint64_t number);
  void arm(std::uint64_t number, Served& served);
  void pause_accepting();

  // Calls it with the connection of that exchange, if there is one.
  template <typename Say>
  void say(ExchangeId id, Say&& say)
  {
    if (const auto found = connections.find(id.connection); found != connections.end()) {
      auto& served = *found->second;
      say(served.connection);
      // Nothing ends here: it may be said from within a call of this connection.
      served.watch.change(served.connection.wants());
      arm(id.connection, served);
    }
  }
};

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, ServerOptions options,
                                                       OnRequest on_request)
{
  LIMN_TRY_ASSIGN(auto socket, listening_socket(options));
  std::unique_ptr<Impl> impl(
    new Impl{loop, std::move(options), std::move(on_request), std::move(socket), {}, {}, 0, {}});
  impl->accepting = loop.watch(impl->listener.number(), Events::readable,
                               [server = impl.get()](Events) { server->accept(); });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const
{
  return port_of(m_impl->listener.number());
}

// One at a time: only then it is known that somebody waits, and an idle one may be ended for it.
void HttpServer::Impl::accept()
{
  if (!make_room()) {
    accepting.change(Events::none); // until one ends or is idle
    return;
  }
  Descriptor socket(::accept4(listener.number(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (socket) {
    add(std::move(socket));
  } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    if (!end_idle()) {
      pause_accepting();
    }
  } // else it ended before it was taken
}

void HttpServer::Impl::pause_accepting()
{
  accepting.change(Events::none);
  accept_again = loop.after(k_accept_pause, [this] { accepting.change(Events::readable); });
}

// False: all are busy.
bool HttpServer::Impl::make_room()
{
  return connections.size() < options.max_connections || end_idle();
}

// False: there is none.
bool HttpServer::Impl::end_idle()
{
  const auto idle = std::find_if(connections.begin(), connections.end(),
                                 [](const auto& one) { return one.second->connection.is_idle(); });
  if (idle == connections.end()) {
    return false;
  }
  connections.erase(idle);
  return true;
}

void HttpServer::Impl::add(Descriptor socket)
{
  const int yes = 1;
  ::setsockopt(socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  const auto number = ++last_number;
  const int descriptor = socket.number();
  std::unique_ptr<Served> served(new Served{
    std::move(socket), Connection(loop, options, on_request, number, descriptor), {}, {}, {}});
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

void HttpServer::Impl::settle(std::uint64_t number)
{
  auto& served = *connections.at(number);
  if (served.connection.is_over()) {
    connections.erase(number);
    accepting.change(Events::readable);
    return;
  }
  if (served.connection.is_idle()) {
    accepting.change(Events::readable);
  }
  served.watch.change(served.connection.wants());
  arm(number, served);
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

void HttpServer::begin(ExchangeId id, const ReplyHead& head)
{
  m_impl->say(id, [&](Connection& connection) { connection.begin(id.request, head); });
}

void HttpServer::write(ExchangeId id, std::shared_ptr<const std::string> piece)
{
  m_impl->say(id, [&](Connection& connection) { connection.write(id.request, std::move(piece)); });
}

void HttpServer::write(ExchangeId id, std::string piece)
{
  write(id, std::make_shared<const std::string>(std::move(piece)));
}

void HttpServer::finish(ExchangeId id)
{
  m_impl->say(id, [&](Connection& connection) { connection.finish(id.request); });
}

void HttpServer::reply(ExchangeId id, ReplyHead head, std::string body)
{
  head.length = body.size();
  begin(id, head);
  write(id, std::move(body));
  finish(id);
}

std::uint64_t HttpServer::waiting(ExchangeId id) const
{
  const auto found = m_impl->connections.find(id.connection);
  return found == m_impl->connections.end() ? 0 : found->second->connection.waiting(id.request);
}

void HttpServer::send_raw(ExchangeId id, std::string bytes)
{
  m_impl->say(id,
              [&](Connection& connection) { connection.send_raw(id.request, std::move(bytes)); });
}

void HttpServer::hang_up(ExchangeId id, HangUp how)
{
  m_impl->say(id, [&](Connection& connection) { connection.hang_up(id.request, how); });
}

} // namespace limn
