#include "sandbox/sandbox.hpp"

#include "sandbox/mock_gateway.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

namespace limn {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using sandbox::Answer;
using sandbox::Ending;
using sandbox::Framing;

constexpr std::uint64_t k_max_request_size = std::uint64_t{256} << 20;

using Received = http::request<http::string_body>;

sandbox::Request as_request(Received&& message)
{
  sandbox::Request request;
  request.method = std::string(message.method_string());
  const auto target = message.target();
  request.path = std::string(target.substr(0, target.find('?')));
  for (const auto& field : message) {
    std::string name(field.name_string());
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
    request.headers.emplace_back(std::move(name), std::string(field.value()));
  }
  request.body = std::move(message.body());
  request.received_at = std::chrono::steady_clock::now();
  return request;
}

std::string head_of(const Answer& answer)
{
  auto head = fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\n", answer.status,
                          std::string_view(http::obsolete_reason(
                            http::int_to_status(static_cast<unsigned>(answer.status)))),
                          answer.content_type);
  for (const auto& [name, value] : answer.headers) {
    head += fmt::format("{}: {}\r\n", name, value);
  }
  if (answer.framing == Framing::chunked) {
    head += "Transfer-Encoding: chunked\r\n";
  } else {
    head +=
      fmt::format("Content-Length: {}\r\n", answer.announced_length.value_or(body_size(answer)));
  }
  return head + "\r\n";
}

} // namespace

struct Sandbox::Impl {
  struct Connection {
    tcp::socket socket;
    std::thread thread;
    bool is_over = false; // guarded by `mutex`
  };

  asio::io_context io;
  tcp::acceptor acceptor{io};
  sandbox::MockGateway gateway;
  std::thread accepting;
  std::mutex mutex;
  std::condition_variable stopped;
  bool is_stopping = false;
  std::list<Connection> connections;

  void accept();
  void serve(Connection& connection);
  bool send(tcp::socket& socket, const Answer& answer);
  bool wait(std::chrono::milliseconds time);
  void remove_ended();
};

Result<std::unique_ptr<Sandbox>> Sandbox::start(SandboxOptions options)
{
  auto impl = std::make_unique<Impl>();
  beast::error_code error;
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), options.port);
  impl->acceptor.open(endpoint.protocol(), error);
  impl->acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (impl->acceptor.bind(endpoint, error); error) {
    return fail(FailureClass::usage,
                fmt::format("port {} of 127.0.0.1: {}", options.port, error.message()),
                "choose another with --port, or 0 for any free one");
  }
  if (impl->acceptor.listen(asio::socket_base::max_listen_connections, error); error) {
    return fail(FailureClass::internal, fmt::format("cannot listen: {}", error.message()));
  }
  impl->gateway.set_port(impl->acceptor.local_endpoint().port());
  impl->accepting = std::thread([&sandbox = *impl] { sandbox.accept(); });
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(impl)));
}

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}

Sandbox::~Sandbox()
{
  stop();
}

std::uint16_t Sandbox::port() const
{
  return m_impl->acceptor.local_endpoint().port();
}

std::string Sandbox::base_url(std::string_view behaviour) const
{
  return fmt::format("http://127.0.0.1:{}/{}/v1", port(), behaviour);
}

void Sandbox::stop()
{
  {
    const std::lock_guard lock(m_impl->mutex);
    if (std::exchange(m_impl->is_stopping, true)) {
      return;
    }
    // Wakes the blocking calls; the sockets themselves are closed by the threads that own them.
    ::shutdown(m_impl->acceptor.native_handle(), SHUT_RDWR);
    for (auto& connection : m_impl->connections) {
      ::shutdown(connection.socket.native_handle(), SHUT_RDWR);
    }
  }
  m_impl->stopped.notify_all();
  m_impl->accepting.join();
  for (auto& connection : m_impl->connections) {
    connection.thread.join();
  }
}

void Sandbox::Impl::accept()
{
  for (;;) {
    beast::error_code error;
    tcp::socket socket(io);
    acceptor.accept(socket, error);
    const std::lock_guard lock(mutex);
    if (is_stopping) {
      return;
    }
    remove_ended();
    if (error) {
      continue;
    }
    auto& connection = connections.emplace_back(Connection{std::move(socket), {}});
    connection.thread = std::thread([this, &connection] { serve(connection); });
  }
}

// With `mutex` held.
void Sandbox::Impl::remove_ended()
{
  for (auto one = connections.begin(); one != connections.end();) {
    if (one->is_over) {
      one->thread.join();
      one = connections.erase(one);
    } else {
      ++one;
    }
  }
}

void Sandbox::Impl::serve(Connection& connection)
{
  auto& socket = connection.socket;
  beast::error_code error;
  socket.set_option(tcp::no_delay(true), error);
  beast::flat_buffer buffer;
  for (bool goes_on = true; goes_on;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(k_max_request_size);
    http::read(socket, buffer, parser, error);
    if (error) {
      break;
    }
    const bool keep_alive = parser.get().keep_alive();
    const auto answer = gateway.answer(as_request(parser.release()));
    goes_on = send(socket, answer) && keep_alive;
  }
  const std::lock_guard lock(mutex);
  // Not closed while stop() may still shut it down by number.
  socket.shutdown(tcp::socket::shutdown_both, error);
  socket.close(error);
  connection.is_over = true;
}

// False if the connection is not good for another request.
bool Sandbox::Impl::send(tcp::socket& socket, const Answer& answer)
{
  beast::error_code error;
  if (answer.ending == Ending::closed_unanswered) {
    return false;
  }
  // What waits before its first byte waits before its head too, as a gateway that is drawing.
  if (!answer.pieces.empty() && answer.framing == Framing::content_length
      && !wait(answer.pieces.front().wait_before)) {
    return false;
  }
  asio::write(socket, asio::buffer(head_of(answer)), error);
  bool is_first = answer.framing == Framing::content_length;
  for (const auto& piece : answer.pieces) {
    if (error || (!std::exchange(is_first, false) && !wait(piece.wait_before))) {
      return false;
    }
    if (answer.framing == Framing::chunked && !piece.text->empty()) {
      asio::write(socket, asio::buffer(fmt::format("{:x}\r\n", piece.text->size())), error);
    }
    if (!error) {
      asio::write(socket, asio::buffer(*piece.text), error);
    }
    if (answer.framing == Framing::chunked && !piece.text->empty() && !error) {
      asio::write(socket, asio::buffer("\r\n", 2), error);
    }
  }
  if (answer.ending == Ending::cut || error) {
    return false;
  }
  if (answer.framing == Framing::chunked) {
    asio::write(socket, asio::buffer("0\r\n\r\n", 5), error);
  }
  return !error;
}

// False if the sandbox stops meanwhile.
bool Sandbox::Impl::wait(std::chrono::milliseconds time)
{
  std::unique_lock lock(mutex);
  return !stopped.wait_for(lock, time, [this] { return is_stopping; });
}

} // namespace limn
