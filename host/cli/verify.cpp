#include "cli/verify.hpp"

#include "job/interrupt.hpp"

#include <optional>

namespace limn {

Result<std::vector<VerifiedGateway>> verify(Session& session, const std::vector<Gateway>& gateways,
                                            const std::vector<std::string>& models)
{
  const InterruptPipe interrupt;
  auto& loop = session.loop();
  const auto signals = interrupt.watch(loop, [&](StopSignal) { loop.stop(); });
  std::optional<std::vector<VerifiedGateway>> verified;
  session.host().engine().verify(gateways, models, [&](std::vector<VerifiedGateway> answered) {
    verified = std::move(answered);
    loop.stop();
  });
  loop.run();
  if (!verified) {
    return fail(FailureClass::cancelled, "interrupted");
  }
  return std::move(*verified);
}

} // namespace limn
