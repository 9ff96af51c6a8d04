#include "serve/service_manager.hpp"

#include "base/descriptor.hpp"
#include "http_server/handed_over.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace limn {

namespace {

// Of the environment, where it is no longer then.
std::string taken_variable(const char* name)
{
  const char* const value = std::getenv(name);
  std::string text = value == nullptr ? "" : value;
  ::unsetenv(name);
  return text;
}

} // namespace

ServiceManager ServiceManager::take()
{
  ServiceManager manager;
  taken_variable("LISTEN_FDNAMES");
  const auto process = taken_variable("LISTEN_PID");
  manager.m_sockets = handed_over_descriptors(process, taken_variable("LISTEN_FDS"), ::getpid());
  manager.m_notify = taken_variable("NOTIFY_SOCKET");
  return manager;
}

void ServiceManager::tell(std::string_view state) const
{
  sockaddr_un address{};
  const bool is_known = m_notify.starts_with('/') || m_notify.starts_with('@');
  if (!is_known || m_notify.size() >= sizeof address.sun_path) {
    return;
  }
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, m_notify.data(), m_notify.size());
  if (m_notify.front() == '@') {
    address.sun_path[0] = '\0';
  }
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  static_cast<void>(
    ::sendto(socket.number(), state.data(), state.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&address),
             static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + m_notify.size())));
}

} // namespace limn
