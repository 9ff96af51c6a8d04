#include "cli/verify.hpp"

#include "job/exit_status.hpp"
#include "job/interrupt.hpp"

#include <optional>

namespace limn {

Result<std::vector<VerifiedGateway>> verify(Session& session, const std::vector<Gateway>& gateways,
                                            const std::vector<std::string>& models, ListedIds ids)
{
  const InterruptPipe interrupt;
  auto& loop = session.loop();
  const auto signals = interrupt.watch(loop, [&](StopSignal) { loop.stop(); });
  std::optional<std::vector<VerifiedGateway>> verified;
  session.host().engine().verify(
    gateways, models,
    [&](std::vector<VerifiedGateway> answered) {
      verified = std::move(answered);
      loop.stop();
    },
    ids);
  loop.run();
  if (!verified) {
    return fail(FailureClass::cancelled, "interrupted");
  }
  return std::move(*verified);
}

int status_of(const std::vector<VerifiedGateway>& verified, NotListed not_listed)
{
  for (const auto& [gateway, wanted, check] : verified) {
    const bool is_bad =
      check.state == ModelCheck::State::failed
      || (check.state == ModelCheck::State::not_listed && not_listed == NotListed::bad);
    if (is_bad) {
      return exit_status(check.failure ? check.failure->failure_class : FailureClass::model);
    }
  }
  return 0;
}

} // namespace limn
