#include "cli/command.hpp"

namespace limn {

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation)
{
  return Session::open(invocation.global, invocation.console);
}

Result<std::unique_ptr<Session>> open_session(const Invocation& invocation, const Needs& needs)
{
  LIMN_TRY_ASSIGN(auto session, open_session(invocation));
  LIMN_TRY(check_named_files(invocation.global));
  if (!invocation.global.no_plugins) {
    LIMN_TRY(check_named_components(*session, needs.what, needs.providers));
  }
  return session;
}

} // namespace limn
