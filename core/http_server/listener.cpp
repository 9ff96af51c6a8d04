#include "http_server/listener.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

namespace limn {

namespace {

// Of a port that was free on the first address and is taken on another.
constexpr int k_tries = 32;

// Why an address is none to listen at.
struct ListenFault {
  std::string reason;
  int error = 0; // of the system, or 0
};

enum class Family { either, only_its_own };

tl::unexpected<Failure> cannot_listen(std::string_view place, std::string_view reason)
{
  return fail(FailureClass::usage, fmt::format("{}: {}", place, reason));
}

std::uint16_t port_of(int socket)
{
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6  ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
               : address.ss_family == AF_INET ? reinterpret_cast<sockaddr_in&>(address).sin_port
                                              : in_port_t{0});
}

std::string place_of(const std::string& address, std::uint16_t port)
{
  const bool is_six = address.find(':') != std::string::npos;
  return is_six ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

tl::expected<Listener, ListenFault> listen_at(const std::string& address, std::uint16_t port,
                                              Family family)
{
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* result = nullptr;
  if (const int error =
        ::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &result);
      error != 0) {
    return tl::unexpected(ListenFault{::gai_strerror(error)});
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> found(result, ::freeaddrinfo);
  Descriptor socket(::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;
  const bool is_only_six = found->ai_family == AF_INET6 && family == Family::only_its_own;
  if (!socket || ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0
      || (is_only_six
          && ::setsockopt(socket.number(), IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) != 0)
      || ::bind(socket.number(), found->ai_addr, found->ai_addrlen) != 0
      || ::listen(socket.number(), SOMAXCONN) != 0) {
    return tl::unexpected(ListenFault{std::strerror(errno), errno});
  }
  const auto own_port = port_of(socket.number());
  return Listener{std::move(socket), {}, place_of(address, own_port), own_port};
}

bool is_not_there(const ListenFault& fault)
{
  return fault.error == EADDRNOTAVAIL || fault.error == EAFNOSUPPORT;
}

// All on one port. Nothing: it is taken on one of them, and was not asked for.
Result<std::optional<std::vector<Listener>>> try_addresses(const ServerOptions& options)
{
  const auto count = options.addresses.size() + options.addresses_if_there.size();
  const auto family = count > 1 ? Family::only_its_own : Family::either;
  std::vector<Listener> listeners;
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_wanted = i < options.addresses.size();
    const auto& address =
      is_wanted ? options.addresses[i] : options.addresses_if_there[i - options.addresses.size()];
    const auto port = listeners.empty() ? options.port : listeners.front().port;
    auto listener = listen_at(address, port, family);
    if (listener) {
      listeners.push_back(std::move(*listener));
      continue;
    }
    if (!is_wanted && is_not_there(listener.error())) {
      continue;
    }
    if (listener.error().error == EADDRINUSE && options.port == 0 && !listeners.empty()) {
      return std::nullopt;
    }
    return cannot_listen(fmt::format("port {} of {}", port, address), listener.error().reason);
  }
  return listeners;
}

Result<std::vector<Listener>> listen_at_addresses(const ServerOptions& options)
{
  for (int i = 0; i < k_tries; ++i) {
    LIMN_TRY_ASSIGN(auto listeners, try_addresses(options));
    if (listeners) {
      return std::move(*listeners);
    }
  }
  return fail(FailureClass::usage, "no port is free on all the addresses to listen at");
}

// The kernel refuses a connection to the file of a server that is gone.
Done remove_stale(const std::filesystem::path& path, const sockaddr_un& address)
{
  struct stat file {
  };
  if (::lstat(path.c_str(), &file) != 0) {
    return errno == ENOENT ? Done() : cannot_listen(path.native(), std::strerror(errno));
  }
  if (!S_ISSOCK(file.st_mode)) {
    return cannot_listen(path.native(), "there is a file that is no socket");
  }
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(socket.number(), to, sizeof address) == 0 || errno == EAGAIN) {
    return cannot_listen(path.native(), "a server listens there already");
  }
  if (errno != ECONNREFUSED || ::unlink(path.c_str()) != 0) {
    return cannot_listen(path.native(), std::strerror(errno));
  }
  return {};
}

// The folder is locked meanwhile: of two servers that begin at once one would remove the file of
// the other, which does not listen yet.
Result<Listener> listen_at_file(const std::filesystem::path& path)
{
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.native().size() >= sizeof address.sun_path) {
    return cannot_listen(path.native(), fmt::format("the path of a socket has at most {} bytes",
                                                    sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.c_str(), path.native().size());
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock) {
    return cannot_listen(folder.native(), std::strerror(errno));
  }
  if (::flock(lock.number(), LOCK_EX | LOCK_NB) != 0) {
    return cannot_listen(folder.native(), "another program has locked this folder; try again");
  }
  LIMN_TRY(remove_stale(path, address));
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  // Before bind(), so that the file is never anybody else's.
  if (!socket || ::fchmod(socket.number(), S_IRUSR | S_IWUSR) != 0
      || ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address)
           != 0) {
    return cannot_listen(path.native(), std::strerror(errno));
  }
  struct stat file {
  };
  ::lstat(path.c_str(), &file);
  SocketFile own(std::filesystem::absolute(path), file.st_dev, file.st_ino);
  if (::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket.number(), SOMAXCONN) != 0) {
    return cannot_listen(path.native(), std::strerror(errno));
  }
  return Listener{std::move(socket), std::move(own), "unix:" + path.native(), 0};
}

std::string place_of(int socket)
{
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  if (address.ss_family == AF_UNIX) {
    const auto& file = reinterpret_cast<const sockaddr_un&>(address);
    return "unix:" + std::string(file.sun_path, ::strnlen(file.sun_path, sizeof file.sun_path));
  }
  return place_of(client_at(address).address, port_of(socket));
}

Result<Listener> take_over(int descriptor)
{
  const auto place = fmt::format("descriptor {}", descriptor);
  int is_listening = 0;
  int type = 0;
  int family = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) != 0
      || ::getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &family, &size) != 0
      || ::getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) != 0) {
    return cannot_listen(place, std::strerror(errno));
  }
  const bool is_known = family == AF_INET || family == AF_INET6 || family == AF_UNIX;
  if (type != SOCK_STREAM || is_listening == 0 || !is_known) {
    return cannot_listen(place, "it is no socket that listens for connections");
  }
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (::fcntl(descriptor, F_SETFD, FD_CLOEXEC) != 0
      || ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) {
    return cannot_listen(place, std::strerror(errno));
  }
  return Listener{Descriptor(descriptor), {}, place_of(descriptor), port_of(descriptor)};
}

} // namespace

SocketFile::~SocketFile()
{
  struct stat file {
  };
  if (!m_path.empty() && ::lstat(m_path.c_str(), &file) == 0 && file.st_dev == m_device
      && file.st_ino == m_inode) {
    ::unlink(m_path.c_str());
  }
}

Result<std::vector<Listener>> open_listeners(const ServerOptions& options)
{
  std::vector<Listener> listeners;
  if (!options.addresses.empty() || !options.addresses_if_there.empty()) {
    LIMN_TRY_ASSIGN(listeners, listen_at_addresses(options));
  }
  if (!options.socket_file.empty()) {
    LIMN_TRY_ASSIGN(auto listener, listen_at_file(options.socket_file));
    listeners.push_back(std::move(listener));
  }
  for (const int descriptor : options.descriptors) {
    LIMN_TRY_ASSIGN(auto listener, take_over(descriptor));
    listeners.push_back(std::move(listener));
  }
  if (listeners.empty()) {
    return fail(FailureClass::usage, "there is nothing to listen at");
  }
  return listeners;
}

} // namespace limn
