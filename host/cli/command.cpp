#include "cli/command.hpp"

namespace limn {

namespace {

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation, Memory memory)
{
  return Session::open(invocation.global, invocation.redactor, invocation.terminal, invocation.out,
                       memory);
}

} // namespace

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation)
{
  return open_session(invocation, Memory::kept);
}

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation, const Needs& needs)
{
  LIMN_TRY_ASSIGN(auto session, open_session(invocation, needs.memory));
  auto& host = session->host();
  LIMN_TRY(check_named_files(host.options()));
  if (host.options().has_plugins) {
    LIMN_TRY(check_named_components(host, needs.what, needs.providers));
  }
  return session;
}

} // namespace limn
