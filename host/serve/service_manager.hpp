#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Who started this process, where that was a service manager such as systemd: the sockets that it
// hands over (sd_listen_fds(3)), and what it wants to be told (sd_notify(3)).
class ServiceManager
{
public:
  // Takes what tells of it out of the environment, so that the processes that draw do not take it
  // for theirs: before there is another thread.
  static ServiceManager take();

  // That listen, for ServerOptions::descriptors. Whoever takes them owns them.
  const std::vector<int>& sockets() const { return m_sockets; }

  // "READY=1". Nothing where nobody wants to be told, or cannot be.
  void tell(std::string_view state) const;

private:
  std::vector<int> m_sockets;
  std::string m_notify; // its socket: a path, or '@' and a name without a file; empty: none
};

} // namespace limn
