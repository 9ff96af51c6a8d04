#include "raw_client.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <utility>

namespace limn::test {

namespace {

Descriptor connected(int family, const void* address, socklen_t size)
{
  Descriptor socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  return ::connect(socket.number(), static_cast<const sockaddr*>(address), size) == 0
           ? std::move(socket)
           : Descriptor();
}

} // namespace

Descriptor connected_to(const std::string& address, std::uint16_t port)
{
  sockaddr_in of_four{};
  of_four.sin_family = AF_INET;
  of_four.sin_port = htons(port);
  if (::inet_pton(AF_INET, address.c_str(), &of_four.sin_addr) == 1) {
    return connected(AF_INET, &of_four, sizeof of_four);
  }
  sockaddr_in6 of_six{};
  of_six.sin6_family = AF_INET6;
  of_six.sin6_port = htons(port);
  ::inet_pton(AF_INET6, address.c_str(), &of_six.sin6_addr);
  return connected(AF_INET6, &of_six, sizeof of_six);
}

Descriptor connected_to(const std::string& path)
{
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return connected(AF_UNIX, &address, sizeof address);
}

RawClient::RawClient(Loop& loop, std::uint16_t port, Reading reading)
  : RawClient(loop, connected_to("127.0.0.1", port), reading)
{
}

RawClient::RawClient(Loop& loop, Descriptor socket, Reading reading)
  : m_loop(loop), m_socket(std::move(socket))
{
  REQUIRE(m_socket);
  const int yes = 1;
  ::setsockopt(m_socket.number(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  m_watch =
    loop.watch(m_socket.number(), reading == Reading::at_once ? Events::readable : Events::none,
               [this](Events) { on_ready(); });
}

void RawClient::say(std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto count =
      ::send(m_socket.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && (errno == EPIPE || errno == ECONNRESET)) {
      return; // it has closed already, as it may
    }
    REQUIRE((count >= 0 || errno == EAGAIN));
    bytes.remove_prefix(count > 0 ? static_cast<std::size_t>(count) : 0);
    if (count < 0) {
      m_loop.turn(); // the server reads
    }
  }
}

void RawClient::end_saying()
{
  ::shutdown(m_socket.number(), SHUT_WR);
}

void RawClient::go()
{
  m_watch.end();
  m_socket.close();
}

std::string RawClient::hear(std::string_view text)
{
  run_until(m_loop, [&] { return m_is_closed || m_heard.find(text) != std::string::npos; });
  const auto found = m_heard.find(text);
  REQUIRE_MESSAGE(found != std::string::npos, m_heard);
  const auto end = found + text.size();
  auto heard = m_heard.substr(0, end);
  m_heard.erase(0, end);
  return heard;
}

std::string RawClient::hear_all()
{
  run_until(m_loop, [&] { return m_is_closed; });
  return std::exchange(m_heard, {});
}

void RawClient::on_ready()
{
  std::array<char, 65536> bytes;
  const auto count = ::recv(m_socket.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
  if (count > 0) {
    m_heard.append(bytes.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EAGAIN) {
    m_is_closed = true;
    m_was_reset = count < 0 && errno == ECONNRESET;
    m_watch.end();
  }
}

} // namespace limn::test
