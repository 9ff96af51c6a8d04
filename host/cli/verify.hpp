#pragma once

#include "engine/verification.hpp"
#include "job/session.hpp"

#include <string>
#include <vector>

namespace limn {

// Asks all these gateways at once for their models; costs nothing. `models`: those of the command
// line. FailureClass::cancelled after Ctrl-C.
Result<std::vector<VerifiedGateway>> verify(Session& session, const std::vector<Gateway>& gateways,
                                            const std::vector<std::string>& models);

} // namespace limn
