#pragma once

#include "plugin/guard.hpp"
#include "plugin/provider.hpp"

namespace limn {

// The request that a provider described, if it is one that may be sent: it stays below the
// gateway's base URL, or names a target whose origin is still to be compared, carries no
// credential, and sets nothing that is the host's to set.
Read<ProviderRequest> read_request(const limn_request* request);

} // namespace limn
