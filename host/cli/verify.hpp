#pragma once

#include "engine/verification.hpp"
#include "job/session.hpp"

#include <string>
#include <vector>

namespace limn {

// Asks all these gateways at once for their models; costs nothing. `models`: those of the command
// line. FailureClass::cancelled after Ctrl-C.
Result<std::vector<VerifiedGateway>> verify(Session& session, const std::vector<Gateway>& gateways,
                                            const std::vector<std::string>& models,
                                            ListedIds ids = ListedIds::dropped);

// The exit status of what was found out: of the first that failed, or where `not_listed` is bad, of
// the first that lists none of them.
enum class NotListed { fine, bad };
int status_of(const std::vector<VerifiedGateway>& verified, NotListed not_listed);

} // namespace limn
