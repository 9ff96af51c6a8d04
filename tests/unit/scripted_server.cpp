#include "scripted_server.hpp"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <stdexcept>

namespace limn::test {

namespace {

// The number behind "content-length:", in whatever case.
std::size_t body_size(std::string_view head)
{
  std::string lower(head);
  for (auto& c : lower) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  constexpr std::string_view name = "\r\ncontent-length: ";
  const auto at = lower.find(name);
  std::size_t size = 0;
  if (at != std::string::npos) {
    std::from_chars(lower.data() + at + name.size(), lower.data() + lower.size(), size);
  }
  return size;
}

void reset(int fd)
{
  const linger at_once{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool send_all(int fd, std::string_view bytes)
{
  while (!bytes.empty()) {
    const auto sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      return false;
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// Reads until `buffer` holds `size` bytes; false at the end of the stream.
bool fill(int fd, std::string& buffer, std::size_t size)
{
  char piece[16 * 1024];
  while (buffer.size() < size) {
    const auto count = ::recv(fd, piece, sizeof piece, 0);
    if (count <= 0) {
      return false;
    }
    buffer.append(piece, static_cast<std::size_t>(count));
  }
  return true;
}

bool say(int fd, const Reply& reply)
{
  const std::string_view bytes(reply.bytes);
  const auto piece = reply.piece == 0 ? bytes.size() : reply.piece;
  for (std::size_t said = 0; said < bytes.size(); said += piece) {
    if (said > 0) {
      std::this_thread::sleep_for(reply.pause); // what the test is about: a server that is slow
    }
    if (!send_all(fd, bytes.substr(said, piece))) {
      return false;
    }
  }
  return true;
}

} // namespace

ScriptedServer::ScriptedServer(Script script, Reception reception)
  : m_script(std::move(script)), m_reception(reception)
{
  m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* plain = reinterpret_cast<sockaddr*>(&address);
  if (m_listener < 0 || ::bind(m_listener, plain, size) != 0 || ::listen(m_listener, 512) != 0
      || ::getsockname(m_listener, plain, &size) != 0) {
    throw std::runtime_error("no port on loopback for a server of the test");
  }
  m_port = ntohs(address.sin_port);
  m_acceptor = std::thread([this] { accept_all(); });
}

ScriptedServer::~ScriptedServer()
{
  m_is_closing = true;
  ::shutdown(m_listener, SHUT_RDWR);
  m_acceptor.join();
  ::close(m_listener);
  std::unique_lock lock(m_mutex);
  for (const int fd : m_open) {
    ::shutdown(fd, SHUT_RDWR);
  }
  m_all_closed.wait(lock, [this] { return m_open.empty(); });
}

void ScriptedServer::accept_all()
{
  while (!m_is_closing) {
    const int fd = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      continue;
    }
    ++m_connections;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(m_mutex);
    m_open.insert(fd);
    std::thread([this, fd] {
      serve(fd);
      const std::lock_guard closing(m_mutex);
      ::close(fd);
      m_open.erase(fd);
      m_all_closed.notify_all();
    }).detach();
  }
}

void ScriptedServer::serve(int fd)
{
  std::string buffer;
  if (m_reception == Reception::hangs_up) {
    fill(fd, buffer, 1);
    reset(fd);
    return;
  }
  while (true) {
    auto end = buffer.find("\r\n\r\n");
    while (end == std::string::npos) {
      if (!fill(fd, buffer, buffer.size() + 1)) {
        return;
      }
      end = buffer.find("\r\n\r\n");
    }
    const auto head = buffer.substr(0, end + 2);
    const auto whole = end + 4 + body_size(head);
    if (!fill(fd, buffer, whole)) {
      return;
    }
    buffer.erase(0, whole);
    const auto space = head.find(' ');
    const auto target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    const auto reply = m_script(std::string_view(head).substr(0, space), target);
    if (reply.delay.count() > 0) {
      std::this_thread::sleep_for(reply.delay); // what the test is about: a server that is slow
    }
    if (!say(fd, reply)) {
      return;
    }
    if (reply.before_more) {
      reply.before_more();
      if (!send_all(fd, reply.more)) {
        return;
      }
      for (int unconfirmed = 1; unconfirmed > 0 && ::ioctl(fd, SIOCOUTQ, &unconfirmed) == 0;) {
        std::this_thread::yield();
      }
      reply.after_more();
    }
    switch (reply.after) {
    case Reply::After::keep:
      break;
    case Reply::After::close:
      return;
    case Reply::After::reset:
      reset(fd);
      return;
    case Reply::After::never_ends:
      fill(fd, buffer, static_cast<std::size_t>(-1));
      return;
    }
  }
}

} // namespace limn::test
