#include "cli/command.hpp"

namespace limn {

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation)
{
  return Session::open(invocation.global, invocation.console, Memory::kept);
}

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation, const Needs& needs)
{
  LIMN_TRY_ASSIGN(auto session, Session::open(invocation.global, invocation.console, needs.memory));
  auto& host = session->host();
  LIMN_TRY(check_named_files(host.options()));
  if (host.options().has_plugins) {
    LIMN_TRY(check_named_components(host, needs.what, needs.providers));
  }
  return session;
}

} // namespace limn
